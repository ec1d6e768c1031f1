import { createCodec } from './create-codec.js';
import {
  ANY_OBJECT,
  COUNT,
  describeWrongOptions,
  describeWrongValues,
  SECRET,
  type Expected,
  type Subject,
} from '../../../test/support/wrong-options.js';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const local = { mode: 'local', keys: [{ id: 'a', secret: 'a secret of more than 32 characters' }] };
const dataKeys = Object.fromEntries(
  ['maxAgeMs', 'maxMessages', 'maxBytes', 'maxKeys'].map((name): [string, Expected] => [
    `encryption.dataKeys.${name}`,
    [COUNT, 'undefined', 'a number'],
  ]),
);
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'createCodec, local': {
    of: 'createCodec',
    make: (options) => createCodec(options as never),
    valid: { encryption: local },
    options: {
      encryption: ['an object', ...ANY_OBJECT],
      'encryption.mode': ['"off", "local" or "kms"'],
      'encryption.keys': ['an array that is not empty', 'an array of 2'],
      'encryption.keys.0.id': ['1 to 64 letters, digits, dots, _ and -', 'text'],
      'encryption.keys.0.secret': ['text of at least 32 characters'],
      'encryption.dataKeys': ['an object', 'undefined', ...ANY_OBJECT],
      ...dataKeys,
    },
  },
  'createCodec, KMS': {
    of: 'createCodec',
    make: (options) => createCodec(options as never),
    valid: { encryption: { mode: 'kms', keyArns: [keyArn] } },
    options: {
      'encryption.keyArns': ['an array that is not empty', 'an array of 2'],
      'encryption.keyArns.0': ['the ARN of a key, not its id or an alias'],
      'encryption.client': ['an object', 'undefined', ...ANY_OBJECT],
      'encryption.timeoutMs': [COUNT, 'undefined', 'a number'],
      ...dataKeys,
    },
  },
};

describeWrongOptions(SUBJECTS);

describeWrongValues(SUBJECTS, [
  ['createCodec, local', 'encryption.keys.0.id', `${SECRET} `],
  ['createCodec, KMS', 'encryption.keyArns', [keyArn, keyArn]],
]);
