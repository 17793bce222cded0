import { Route, Switch } from 'wouter-preact';
import { Page } from '../../ui/parts';
import { OverviewPage } from './overview';
import { RotationPage } from './rotation';
import { RotationsPage } from './rotations';
import './secrets.css';

function Nowhere() {
  return (
    <Page title="There is no such page">
      <p>Secrets has a page of expiries, one of rotations, and one of each rotation.</p>
    </Page>
  );
}

/** Secrets. */
export function SecretsArea() {
  return (
    <Switch>
      <Route path="/secrets" component={OverviewPage} />
      <Route path="/secrets/rotations" component={RotationsPage} />
      <Route path="/secrets/rotations/:id">{({ id }) => <RotationPage key={id} id={id} />}</Route>
      <Route component={Nowhere} />
    </Switch>
  );
}
