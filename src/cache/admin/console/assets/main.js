import { Charts } from './charts.js';
import { byId, setText } from './dom.js';
import { startExplaining } from './explain.js';
import { startFlushing } from './flush.js';
import { History } from './history.js';
import { showOverview } from './overview.js';
import { session } from './session.js';
import { startSignIn } from './sign-in.js';
import { showStates, showVerdict } from './states.js';
import { follow } from './stream.js';
import { showLatency, showRoutes } from './tables.js';
import { showTimeline } from './timeline.js';

const CONNECTION = {
  off: 'Signed out',
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
};
const REFUSED = {
  401: 'The token was refused, or has expired. Sign in again.',
  403: 'This token is not an admin’s. The console is for admins.',
};

let stop = () => undefined;
let charts;
const signIn = startSignIn(open);

byId('sign-out').addEventListener('click', () => close());
startFlushing();
startExplaining();
if (session.token === null) close();
else open();

function open() {
  const history = new History();
  showSignedIn(true);
  charts?.destroy();
  charts = new Charts();
  stop = follow({
    state: showConnection,
    refused: (status) => close(REFUSED[status]),
    stats: (statistics) => {
      history.add(statistics);
      show(statistics, history);
    },
  });
}

function close(reason = '') {
  stop();
  session.end();
  showSignedIn(false);
  showConnection('off');
  signIn.show(reason);
}

function show(statistics, history) {
  showVerdict(statistics);
  showOverview(statistics, history);
  showStates(statistics);
  showLatency(statistics, history);
  showRoutes(statistics, history);
  charts.show(history, statistics.latency.boundsMs, showTimeline(statistics));
}

function showSignedIn(signedIn) {
  byId('console').hidden = !signedIn;
  byId('sign-in').hidden = signedIn;
  byId('sign-out').hidden = !signedIn;
}

function showConnection(state) {
  const pill = byId('connection');
  pill.dataset.state = state;
  byId('console').dataset.connection = state;
  setText(pill, CONNECTION[state]);
}
