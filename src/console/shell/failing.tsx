import { Component, type ComponentChildren } from 'preact';
import { Problem } from '../ui/parts';

/** Keeps a page that fails from taking the console with it. */
export class Failing extends Component<
  { readonly at: string; readonly children: ComponentChildren },
  { error?: unknown }
> {
  override state: { error?: unknown } = {};

  static override getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override componentDidUpdate(before: { readonly at: string }): void {
    if (before.at !== this.props.at && this.state.error !== undefined) this.setState({ error: undefined });
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const isOldPage = error instanceof TypeError && /import|module/i.test(error.message);
    return (
      <>
        <h1>This page cannot be shown</h1>
        {isOldPage ? <p>The console was updated since you opened it. Load it again.</p> : null}
        <Problem error={error} again={() => (isOldPage ? location.reload() : this.setState({ error: undefined }))} />
      </>
    );
  }
}
