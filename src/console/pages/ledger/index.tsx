import { Route, Switch } from 'wouter-preact';
import { Nowhere } from '../../ui/nowhere';
import { EntryPage } from './entry';
import { ExportPage } from './export';
import { SearchPage } from './search';
import { VerifyPage } from './verify';
import './ledger.css';

/** The ledger: search, one entry, verification, export. */
export function LedgerArea() {
  return (
    <Switch>
      <Route path="/ledger" component={SearchPage} />
      <Route path="/ledger/verify" component={VerifyPage} />
      <Route path="/ledger/export" component={ExportPage} />
      <Route path="/ledger/:sequence" component={EntryPage} />
      <Route component={Nowhere} />
    </Switch>
  );
}
