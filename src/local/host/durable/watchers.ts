import type { InstanceSnapshot } from '../api';

type Watcher = (instance: InstanceSnapshot) => void;

/** Who wants to know when an instance ends. */
export class Watchers {
  readonly #watchers = new Map<string, Watcher[]>();

  /** Calls `watcher` once when the instance ends. Returns a function that withdraws it. */
  add(instanceId: string, watcher: Watcher): () => void {
    this.#watchers.set(instanceId, [...(this.#watchers.get(instanceId) ?? []), watcher]);
    return () => {
      const left = (this.#watchers.get(instanceId) ?? []).filter((entry) => entry !== watcher);
      if (left.length > 0) this.#watchers.set(instanceId, left);
      else this.#watchers.delete(instanceId);
    };
  }

  has(instanceId: string): boolean {
    return this.#watchers.has(instanceId);
  }

  tell(instance: InstanceSnapshot): void {
    const watchers = this.#watchers.get(instance.instanceId) ?? [];
    this.#watchers.delete(instance.instanceId);
    watchers.forEach((watcher) => watcher(instance));
  }
}
