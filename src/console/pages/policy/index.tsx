import { Route, Switch } from 'wouter-preact';
import { Nowhere } from '../../ui/nowhere';
import { DocumentPage } from './document';
import { EnvironmentsPage } from './environments';
import { RehearsePage } from './rehearse';
import { RulePage } from './rule';
import { RulesPage } from './rules';
import './policy.css';

/** The policy: its rules and environments in words, the document itself, and a rehearsal of a change. */
export function PolicyArea() {
  return (
    <Switch>
      <Route path="/policy" component={RulesPage} />
      <Route path="/policy/rules/:name" component={RulePage} />
      <Route path="/policy/environments" component={EnvironmentsPage} />
      <Route path="/policy/document" component={DocumentPage} />
      <Route path="/policy/rehearse" component={RehearsePage} />
      <Route component={Nowhere} />
    </Switch>
  );
}
