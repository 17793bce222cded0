import { QueryClientProvider } from '@tanstack/preact-query';
import { lazy, Suspense } from 'preact/compat';
import { Route, Switch, useLocation } from 'wouter-preact';
import { meProblem } from './api/now';
import { queries } from './api/queries';
import { NowPage } from './pages/now';
import { session } from './session/session';
import { Failing } from './shell/failing';
import { Shell } from './shell/shell';
import { SignIn } from './shell/sign-in';
import { Nowhere } from './ui/nowhere';
import { Loading, Page, Problem } from './ui/parts';

// One piece for each area, loaded when somebody goes there. The first view is in the first piece.
const areas = [
  ['/incidents', lazy(() => import('./pages/incidents').then(({ IncidentsArea }) => ({ default: IncidentsArea })))],
  ['/approvals', lazy(() => import('./pages/approvals').then(({ ApprovalsArea }) => ({ default: ApprovalsArea })))],
  ['/runs', lazy(() => import('./pages/runs').then(({ RunsArea }) => ({ default: RunsArea })))],
  ['/guard', lazy(() => import('./pages/guard').then(({ GuardArea }) => ({ default: GuardArea })))],
  ['/decisions', lazy(() => import('./pages/decisions').then(({ DecisionsArea }) => ({ default: DecisionsArea })))],
  ['/resources', lazy(() => import('./pages/resources').then(({ ResourcesArea }) => ({ default: ResourcesArea })))],
  ['/recovery', lazy(() => import('./pages/recovery').then(({ RecoveryArea }) => ({ default: RecoveryArea })))],
  ['/secrets', lazy(() => import('./pages/secrets').then(({ SecretsArea }) => ({ default: SecretsArea })))],
  ['/dns', lazy(() => import('./pages/dns').then(({ DnsArea }) => ({ default: DnsArea })))],
  ['/scaling', lazy(() => import('./pages/scaling').then(({ ScalingArea }) => ({ default: ScalingArea })))],
  ['/runbooks', lazy(() => import('./pages/runbooks').then(({ RunbooksArea }) => ({ default: RunbooksArea })))],
  ['/policy', lazy(() => import('./pages/policy').then(({ PolicyArea }) => ({ default: PolicyArea })))],
  ['/stacks', lazy(() => import('./pages/stacks').then(({ StacksArea }) => ({ default: StacksArea })))],
  ['/ledger', lazy(() => import('./pages/ledger').then(({ LedgerArea }) => ({ default: LedgerArea })))],
  [
    '/dead-letters',
    lazy(() => import('./pages/dead-letters').then(({ DeadLettersArea }) => ({ default: DeadLettersArea }))),
  ],
] as const;

function Pages() {
  const [path] = useLocation();
  const refused = meProblem.value;
  if (refused?.status === 403) {
    return (
      <Page title="You have no role here">
        <Problem error={refused} />
        <p>Ask whoever administers Caretaker for the role Caretaker.Reader or more, then sign in again.</p>
      </Page>
    );
  }
  return (
    <Failing at={path}>
      <Suspense fallback={<Loading lines={8} what="Loading the page" />}>
        <Switch>
          <Route path="/" component={NowPage} />
          {areas.map(([base, Area]) => (
            <Route key={base} path={`${base}/*?`} component={Area} />
          ))}
          <Route component={Nowhere} />
        </Switch>
      </Suspense>
    </Failing>
  );
}

/** The console. */
export function App() {
  const { value } = session;
  return (
    <QueryClientProvider client={queries}>
      {value.state === 'signed-in' ? (
        <Shell>
          <Pages />
        </Shell>
      ) : (
        <SignIn session={value} />
      )}
    </QueryClientProvider>
  );
}
