import { Route, Switch } from 'wouter-preact';
import { StackPage } from './stack';
import { StacksPage } from './stacks';
import './stacks.css';

/** Stacks: what stands on what, drift and whose doing it is, and the way from one environment to the next. */
export function StacksArea() {
  return (
    <Switch>
      <Route path="/stacks/:name" component={StackPage} />
      <Route path="/stacks" component={StacksPage} />
    </Switch>
  );
}
