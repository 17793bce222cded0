import { Route, Switch } from 'wouter-preact';
import './dns.css';
import { ZonePage } from './zone';
import { ZonesPage } from './zones';

/** DNS: zones, what they shall hold and what they hold, plans, failovers, and records for a time. */
export function DnsArea() {
  return (
    <Switch>
      <Route path="/dns/:zone" component={ZonePage} />
      <Route path="/dns" component={ZonesPage} />
    </Switch>
  );
}
