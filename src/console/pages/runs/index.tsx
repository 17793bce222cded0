import { Route, Switch, useParams } from 'wouter-preact';
import '../../story/story.css';
import { decodedPart } from '../../story/listing';
import { RunsPage } from './list';
import { RunPage } from './run-page';

function One() {
  const id = decodedPart(useParams<{ id: string }>().id);
  return <RunPage key={id} id={id} />;
}

/** Runs: the list, and each with its plan, verdict, events and outcome. */
export function RunsArea() {
  return (
    <Switch>
      <Route path="/runs" component={RunsPage} />
      <Route path="/runs/:id" component={One} />
    </Switch>
  );
}
