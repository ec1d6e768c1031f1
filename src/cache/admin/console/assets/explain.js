import { byId, h } from './dom.js';
import { bytes, duration } from './format.js';
import { ask } from './session.js';

const OBSTACLES = {
  'no-route': 'No route answers to this path.',
  'route-not-cached': 'This route is not cached.',
  'undeclared-query': 'The query has a parameter that the route does not declare.',
  'no-principal': 'The answer depends on who asks, and nobody does.',
  'tags-failed': 'The path does not name data: its id is malformed.',
  'not-cacheable': 'What the route varies on cannot be part of a key.',
  'authority-down': 'The versions cannot be read: PostgreSQL does not answer.',
  'tag-without-row': 'It is about data that does not exist, so nothing can be stored.',
};
const SHARED = {
  none: 'there is none',
  unavailable: 'cannot be asked',
  absent: 'not there',
  unusable: 'there, but unusable',
  held: 'held',
};

/** The form that explains a path. */
export function startExplaining() {
  byId('explain-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void explain();
  });
}

async function explain() {
  const query = new URLSearchParams({ route: byId('explain-path').value.trim() });
  for (const name of ['subject', 'roles']) {
    const value = byId(`explain-${name}`).value.trim();
    if (value !== '') query.set(name, value);
  }
  try {
    const response = await ask(`/api/cache/entries?${query}`);
    byId('explanation').replaceChildren(...partsOf(await response.json()));
  } catch (error) {
    byId('explanation').replaceChildren(verdict('bad', error.message));
  }
}

function partsOf({ obstacle, route, key, tags, local, shared }) {
  const parts = [
    obstacle === null ? answered(local, shared) : verdict('warn', OBSTACLES[obstacle] ?? obstacle),
  ];
  const facts = [];
  if (route !== null) {
    facts.push(
      ['Route', `${route.name}, ${route.pattern}`],
      ['Shared by', `${SCOPES[route.scope]}, ${route.consistency}`],
    );
  }
  if (key !== null) {
    facts.push(['L1', local === null ? 'not there' : entry(local)], ['L2', sharedText(shared)]);
    facts.push(['Key', h('code', {}, key.partition)], ['Versions', h('code', {}, key.versions)]);
  }
  if (facts.length > 0)
    parts.push(
      h(
        'dl',
        { className: 'facts' },
        ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
      ),
    );
  if (tags.length > 0) parts.push(tagTable(tags));
  return parts;
}

const SCOPES = {
  shared: 'everybody whom the guards let in',
  principal: 'nobody: one answer a person',
  role: 'people of the same roles',
};

function answered(local, shared) {
  if (local?.current) return verdict('good', 'L1 would answer.');
  if (shared?.entry?.current) return verdict('good', 'L2 would answer, and L1 would keep it.');
  return verdict('act', 'It would be loaded from the origin.');
}

function verdict(state, text) {
  return h('p', { className: 'result', 'data-state': state }, text);
}

function entry({ bytes: size, ageMs, ttlMs, current }) {
  const until = ttlMs < 0 ? 'expired' : `kept for another ${duration(ttlMs)}`;
  return `${bytes(size)}, ${duration(ageMs)} old, ${until}${current ? '' : ', but made of something that has changed'}`;
}

function sharedText({ state, reason, entry: stored, readUnits }) {
  const cost = readUnits === null ? '' : `; a read costs ${readUnits} units`;
  if (stored !== null) return `${entry(stored)}, stored in ${bytes(stored.storedBytes)}${cost}`;
  return `${SHARED[state]}${reason === null ? '' : `: ${reason}`}${cost}`;
}

function tagTable(tags) {
  const head = ['Tag', 'Known here', 'Authority says'].map((name) => h('th', { scope: 'col' }, name));
  const rows = tags.map(({ tag, known, current }) =>
    h(
      'tr',
      { 'data-differs': String(known !== null && known !== current) },
      h('th', { scope: 'row' }, h('code', {}, tag)),
      h('td', {}, h('code', {}, known ?? 'would ask')),
      h('td', {}, h('code', {}, current ?? 'no row')),
    ),
  );
  return h(
    'table',
    { className: 'figures tags' },
    h('thead', {}, h('tr', {}, ...head)),
    h('tbody', {}, ...rows),
  );
}
