import { Route, Switch } from 'wouter-preact';
import { Nowhere } from '../../ui/nowhere';
import { LetterPage } from './letter';
import { LettersPage } from './list';
import { NotificationsPage } from './notifications';
import './dead-letters.css';

/** What did not get through: messages that were refused, and notifications that were given up. */
export function DeadLettersArea() {
  return (
    <Switch>
      <Route path="/dead-letters" component={LettersPage} />
      <Route path="/dead-letters/notifications" component={NotificationsPage} />
      <Route path="/dead-letters/:id" component={LetterPage} />
      <Route component={Nowhere} />
    </Switch>
  );
}
