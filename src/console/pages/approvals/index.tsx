import { Route, Switch } from 'wouter-preact';
import { AnswerPlace } from './answering';
import './approvals.css';
import { ApprovalPage } from './approval';
import { ApprovalsPage } from './list';

/** Approvals: those that wait, those that are decided, and each by itself. */
export function ApprovalsArea() {
  return (
    <>
      <Switch>
        <Route path="/approvals" component={ApprovalsPage} />
        <Route path="/approvals/:id" component={ApprovalPage} />
      </Switch>
      <AnswerPlace />
    </>
  );
}
