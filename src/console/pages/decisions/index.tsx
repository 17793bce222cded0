import { Route, Switch, useParams } from 'wouter-preact';
import '../../story/story.css';
import './decisions.css';
import { decodedPart } from '../../story/listing';
import { DecisionPage } from './decision-page';
import { DecisionsPage } from './list';
import { WhyNotPage } from './why-not';

function One() {
  const id = decodedPart(useParams<{ id: string }>().id);
  return <DecisionPage key={id} id={id} />;
}

/** Decisions: what was decided about signals, why, and why not more. */
export function DecisionsArea() {
  return (
    <Switch>
      <Route path="/decisions" component={DecisionsPage} />
      <Route path="/decisions/why-not" component={WhyNotPage} />
      <Route path="/decisions/:id" component={One} />
    </Switch>
  );
}
