import { Route, Switch } from 'wouter-preact';
import { EnvironmentPage } from './environment';
import './guard.css';
import { GuardPage } from './overview';

/** Guard: what stands between a plan and its application, everywhere and in each environment. */
export function GuardArea() {
  return (
    <Switch>
      <Route path="/guard" component={GuardPage} />
      <Route path="/guard/:environment" component={EnvironmentPage} />
    </Switch>
  );
}
