import { useState } from 'preact/hooks';
import { LogIn, RefreshCw } from 'lucide-preact';
import { startSession, signIn, takeKey, type Session } from '../session/session';
import { TextField } from '../ui/form';
import { Problem } from '../ui/parts';

/** What is shown to somebody who is not signed in. */
export function SignIn({ session }: { readonly session: Exclude<Session, { state: 'signed-in' }> }) {
  return (
    <main class="sign-in" id="main">
      <img src="/icon.svg" alt="" width="44" height="44" />
      <h1>Caretaker</h1>
      {session.state === 'starting' ? (
        <p class="soft" role="status">
          Finding out who you are…
        </p>
      ) : session.state === 'unreachable' ? (
        <>
          <p role="alert">Caretaker cannot be reached: {session.problem}.</p>
          <button type="button" class="button primary" onClick={() => void startSession()}>
            <RefreshCw size={16} aria-hidden="true" /> Try again
          </button>
        </>
      ) : (
        <Ways session={session} />
      )}
    </main>
  );
}

function Ways({ session: { way, problem } }: { readonly session: Extract<Session, { state: 'signed-out' }> }) {
  const [key, setKey] = useState('');
  const [failure, setFailure] = useState<unknown>(undefined);
  const [isLeaving, setLeaving] = useState(false);
  if (way.kind === 'none') return <p role="alert">Nobody can sign in here: {way.problem}</p>;
  if (way.kind === 'key') {
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          takeKey(key.trim());
        }}
      >
        <TextField
          label="Function key"
          type="password"
          value={key}
          onInput={setKey}
          required
          help="This platform has no people to sign in as."
        />
        <button type="submit" class="button primary">
          <LogIn size={16} aria-hidden="true" /> Go on
        </button>
      </form>
    );
  }
  return (
    <>
      <p class="soft">
        {way.kind === 'entra' && way.local
          ? 'This is a platform on your own machine. Choose who you want to be.'
          : 'Sign in with your work account.'}
      </p>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      {failure === undefined ? null : <Problem error={failure} />}
      <button
        type="button"
        class="button primary"
        disabled={isLeaving}
        onClick={() => {
          setLeaving(true);
          signIn(way).catch((error: unknown) => {
            setLeaving(false);
            setFailure(error);
          });
        }}
      >
        <LogIn size={16} aria-hidden="true" /> {way.kind === 'entra' && way.local ? 'Choose who you are' : 'Sign in'}
      </button>
    </>
  );
}
