import type { Edit, Mutation } from './mutation.js';
import { readAfterSending, readAfterSendingAgain, readWhileSending } from './scenarios/message-scenarios.js';

const SENDING = 'messaging/sending/sending.service.js';
const RAISE = 'await this.raise(userId, sent, key);';

/** The writer of what is sent under a key dies when the message is kept, and before its tags are raised. */
const DIES_AFTER_COMMIT: Edit = {
  file: SENDING,
  find: RAISE,
  replace: `if (key !== undefined && !(this.died ??= new Set()).has(key)) { this.died.add(key); throw new Error('died'); }
        ${RAISE}`,
};

/** Rule 10: commit, then bump, then answer. The reader is the other instance, and reads strong. */
export const MESSAGE_MUTATIONS: readonly Mutation[] = [
  {
    rule: 10,
    without: 'the bump',
    consistency: 'bounded',
    expects: 'strong',
    scenario: readAfterSending,
    edits: [{ file: SENDING, find: RAISE, replace: '' }],
  },
  {
    rule: 10,
    without: 'the bump after the commit: it comes before',
    consistency: 'bounded',
    expects: 'strong',
    scenario: readWhileSending,
    edits: [
      { file: SENDING, find: RAISE, replace: '' },
      {
        file: SENDING,
        find: 'const appending = this.appends.append({',
        replace: `const conversation = { conversationId: conversationIdOf(sender.id, to), from: sender.id, to };
        await this.bumps.bump(tagsOfMessage(conversation));
        const appending = this.appends.append({`,
      },
    ],
  },
  {
    rule: 10,
    without: 'the bump before the answer: it comes later',
    consistency: 'bounded',
    expects: 'strong',
    scenario: readAfterSending,
    edits: [
      {
        file: SENDING,
        find: RAISE,
        replace: 'setTimeout(() => this.raise(userId, sent, key).catch(() => 0), 1_000);',
      },
    ],
  },
  {
    rule: 10,
    without: 'the bump before a stored answer is given again',
    consistency: 'bounded',
    expects: 'strong',
    scenario: readAfterSendingAgain,
    fixture: [DIES_AFTER_COMMIT],
    edits: [{ file: SENDING, find: `        ${RAISE}`, replace: '' }],
  },
];
