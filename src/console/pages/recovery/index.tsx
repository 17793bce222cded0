import { Route, Switch } from 'wouter-preact';
import { Page } from '../../ui/parts';
import { DrillPage } from './drill';
import { DrillsPage } from './drills';
import { ItemPage } from './item';
import { OverviewPage } from './overview';
import { RestorePage } from './restore';
import { RestoreFormPage } from './restore-form';
import { RestoresPage } from './restores';
import './recovery.css';

function Nowhere() {
  return (
    <Page title="There is no such page">
      <p>Recovery has exposure, drills, restores, and a page of each protected resource.</p>
    </Page>
  );
}

/** Recovery. */
export function RecoveryArea() {
  return (
    <Switch>
      <Route path="/recovery" component={OverviewPage} />
      <Route path="/recovery/drills" component={DrillsPage} />
      <Route path="/recovery/drills/:id">{({ id }) => <DrillPage key={id} id={id} />}</Route>
      <Route path="/recovery/items/:id">{({ id }) => <ItemPage key={id} id={decoded(id)} />}</Route>
      <Route path="/recovery/restore" component={RestoreFormPage} />
      <Route path="/recovery/restores" component={RestoresPage} />
      <Route path="/recovery/restores/:id">{({ id }) => <RestorePage key={id} id={id} />}</Route>
      <Route component={Nowhere} />
    </Switch>
  );
}

/** Parameters of a path come decoded; an address typed by hand may have its slashes encoded twice. */
function decoded(id: string): string {
  try {
    return id.startsWith('/') ? id : decodeURIComponent(id);
  } catch {
    return id;
  }
}
