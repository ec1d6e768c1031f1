import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { FargateService } from '../service/fargate-service.ts';
import type { ServiceStack } from '../service-stack.ts';
import type { Watch } from './watch.ts';

/**
 * What clients see. When nothing works at all, a service says nothing of itself: a load balancer answers in its place, or
 * counts no instance; an HTTP API answers for a function that fails.
 */
export function ofEntrance({ fargate, http }: ServiceStack): readonly Watch[] {
  if (fargate !== undefined) return ofBalancer(fargate);
  if (http === undefined) throw new Error('The service has neither a load balancer nor an API.');
  return [serverErrors(http.api.metricServerError({ statistic: 'Sum' }))];
}

function ofBalancer({ loadBalancer, targetGroup }: FargateService): readonly Watch[] {
  return [
    serverErrors(loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT)),
    {
      id: 'BalancerErrors',
      anchor: 'balancer-errors',
      what: 'The load balancer answers 5xx in the place of the service.',
      metric: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT),
      threshold: 5,
      minutes: 3,
    },
    {
      id: 'NoHealthyInstance',
      anchor: 'no-healthy-instance',
      what: 'No instance is healthy, or nobody knows.',
      metric: targetGroup.metrics.healthyHostCount({ statistic: 'Maximum' }),
      threshold: 1,
      minutes: 2,
      below: true,
      silenceRings: true,
    },
  ];
}

function serverErrors(metric: Metric): Watch {
  return {
    id: 'ServerErrors',
    anchor: 'server-errors',
    what: 'Clients get 5xx answers.',
    metric,
    threshold: 5,
    minutes: 3,
  };
}
