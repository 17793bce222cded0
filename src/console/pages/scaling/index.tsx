import { Route, Switch } from 'wouter-preact';
import { ScalablePage } from './scalable';
import './scaling.css';
import { ScalablesPage } from './scalables';

/** Scaling: what is scaled, what was decided and why, what was forecast beside what happened, and orders. */
export function ScalingArea() {
  return (
    <Switch>
      <Route path="/scaling/:name" component={ScalablePage} />
      <Route path="/scaling" component={ScalablesPage} />
    </Switch>
  );
}
