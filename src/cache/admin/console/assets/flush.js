import { byId, h } from './dom.js';
import { post } from './session.js';

/** The form that flushes, after a question. */
export function startFlushing() {
  const dialog = byId('confirm');
  let asked = '';

  const question = (tag) => {
    asked = tag;
    const what = tag === '*' ? 'every answer' : 'every answer that is made of ';
    byId('confirm-text').replaceChildren(
      'All instances will load ',
      what,
      ...(tag === '*' ? [] : [h('code', {}, tag)]),
      ' anew when it is asked for next. Nothing is deleted.',
    );
    byId('confirm-title').textContent = tag === '*' ? 'Flush everything?' : 'Flush this tag?';
    dialog.showModal();
  };

  byId('flush-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const tag = byId('flush-tag').value.trim();
    if (tag === '') tell('bad', 'Name a tag first.');
    else question(tag);
  });
  byId('flush-all').addEventListener('click', () => question('*'));
  byId('confirm-no').addEventListener('click', () => dialog.close());
  byId('confirm-yes').addEventListener('click', () => {
    dialog.close();
    void flush(asked);
  });
}

async function flush(tag) {
  tell('wait', 'Flushing…');
  try {
    const flushed = await post('/api/cache/flush', { tag });
    const what = flushed.tag === '*' ? 'everything' : flushed.tag;
    tell('good', `Flushed ${what}. Its version is now ${flushed.version}.`);
  } catch (error) {
    tell('bad', `Not flushed: ${error.message}`);
  }
}

function tell(state, text) {
  const result = byId('flush-result');
  result.dataset.state = state;
  result.textContent = text;
}
