import { Route, Switch } from 'wouter-preact';
import { Nowhere } from '../../ui/nowhere';
import { Library } from './library';
import { RunbookPage } from './runbook';
import './runbooks.css';

/** The library of runbooks; one runbook, with its plan before its start. */
export function RunbooksArea() {
  return (
    <Switch>
      <Route path="/runbooks" component={Library} />
      <Route path="/runbooks/:name" component={RunbookPage} />
      <Route component={Nowhere} />
    </Switch>
  );
}
