import type { Type } from '@nestjs/common';
import { FakeFeed } from '../../support/fake-feed.js';
import { startHttpApp, type HttpApp } from './http-app.js';

/** An application whose feed answers only what a test lets arrive. */
export class HeldFeedApp {
  private constructor(
    readonly feed: FakeFeed,
    readonly http: HttpApp,
  ) {}

  static async start(databaseUrl: string, controller: Type): Promise<HeldFeedApp> {
    const feed = new FakeFeed();
    const http = await startHttpApp({
      databaseUrl,
      controllers: [controller],
      openFeed: feed.open,
      // The feed has no pings of its own while a test runs.
      feedTimeoutMs: 600_000,
    });
    feed.automatic = false;
    feed.questions.length = 0;
    return new HeldFeedApp(feed, http);
  }

  async close(): Promise<void> {
    for (const question of this.feed.questions) question.arrive();
    this.feed.automatic = true;
    await this.http.close();
  }
}
