import { Route, Switch, useParams } from 'wouter-preact';
import '../../story/story.css';
import { decodedPart } from '../../story/listing';
import { NamedPage } from './named';
import { ResourcePage } from './resource-page';

function One() {
  const id = decodedPart(useParams<{ id: string }>().id).toLowerCase();
  return id.startsWith('/') ? <ResourcePage key={id} id={id} /> : <NamedPage key={id} name={id} />;
}

/** Resources: everything about one of them. */
export function ResourcesArea() {
  return (
    <Switch>
      <Route path="/resources">
        <NamedPage name="" />
      </Route>
      <Route path="/resources/:id" component={One} />
    </Switch>
  );
}
