import { byId, setText } from './dom.js';
import { post, session } from './session.js';

/** The form that takes a token. @param signedIn called when there is one */
export function startSignIn(signedIn) {
  const token = byId('token');
  const error = byId('sign-in-error');
  const development = byId('development-token');
  development.hidden = document.documentElement.dataset.developmentTokens !== 'true';

  const begin = (value) => {
    setText(error, '');
    token.value = '';
    session.begin(value);
    signedIn();
  };
  byId('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    begin(token.value.trim().replace(/^bearer\s+/i, ''));
  });
  development.addEventListener('click', async () => {
    try {
      begin((await post('/api/dev/tokens', { handle: 'admin' })).token);
    } catch (problem) {
      setText(error, `No token: ${problem.message}`);
    }
  });

  return {
    show(reason) {
      setText(error, reason);
      token.focus();
    },
  };
}
