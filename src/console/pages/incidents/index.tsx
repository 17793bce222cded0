import { Route, Switch, useParams } from 'wouter-preact';
import '../../story/story.css';
import { decodedPart } from '../../story/listing';
import { IncidentPage } from './incident-page';
import { IncidentsPage } from './list';

function One() {
  const id = decodedPart(useParams<{ id: string }>().id);
  return <IncidentPage key={id} id={id} />;
}

/** Incidents: the list, and each with its whole story. */
export function IncidentsArea() {
  return (
    <Switch>
      <Route path="/incidents" component={IncidentsPage} />
      <Route path="/incidents/:id" component={One} />
    </Switch>
  );
}
