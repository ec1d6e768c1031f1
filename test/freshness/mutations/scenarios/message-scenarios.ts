import { Conversation } from '../../run/conversation.js';
import type { Scenario } from '../mutation.js';

/** Of the seed. */
const TO = 'bruno';
/** So that there is time to read while a message is being sent. */
const SLOW_MS = 150;

/** The conversation, with a message that all rules have been kept for, in the memory of the reader. */
async function begun({ session, helper }: Parameters<Scenario>[0]): Promise<Conversation> {
  const conversation = await Conversation.begin(session, helper, TO);
  await conversation.read(helper);
  return conversation;
}

/** A message, and a read on another instance right after its answer. */
export const readAfterSending: Scenario = async (context) => {
  const conversation = await begun(context);
  await conversation.send(context.subject);
  await conversation.read(context.helper);
};

/** Another instance reads all the time while the message is being sent, and right after its answer. */
export const readWhileSending: Scenario = async (context) => {
  const { subject, helper } = context;
  const conversation = await begun(context);
  subject.dynamo.weather = { kind: 'slow', delayMs: SLOW_MS };
  let isSent = false;
  const sending = conversation.send(subject).finally(() => (isSent = true));
  while (!isSent) await conversation.read(helper);
  await sending;
  subject.dynamo.weather = { kind: 'fair' };
  await conversation.read(helper);
};

/** The writer dies between commit and bump, the message is sent again under the same key, and then read elsewhere. */
export const readAfterSendingAgain: Scenario = async (context) => {
  const conversation = await begun(context);
  await conversation.sendAgain(context.subject);
  await conversation.read(context.helper);
};
