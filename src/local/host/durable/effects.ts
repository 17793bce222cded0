import { randomHex } from '../random';
import type { DurableEngine } from './engine';
import { InstanceExistsError } from './errors';
import type { HistoryEvent } from './history';
import { httpTask, type Instance } from './model';
import type { InvokeOrchestrator, Step } from './session';
import type { TurnEffects } from './turn';
import type { GuardedWork } from '../watchdog';

// Orchestrators kept in memory; each holds what its generator holds, some kilobytes as a rule.
const MOST_SESSIONS = 1000;

/** Connects turns to the engine that runs them. */
export function createTurnEffects(engine: DurableEngine): TurnEffects {
  const { core, clock, random, settings, store, invoker } = engine.parts;
  const { functions } = core.registry;
  const sessions = new Set<Instance>();
  return {
    kept(instance) {
      sessions.delete(instance);
      sessions.add(instance);
      const [oldest] = sessions;
      if (sessions.size <= MOST_SESSIONS || !oldest) return;
      // It is replayed from its history when it goes on.
      oldest.session = undefined;
      sessions.delete(oldest);
    },
    replayAlways: settings.replay === 'always',
    defaultHttpSleepMs: settings.defaultAsyncRequestSleepMs,
    now: () => clock.now(),
    newExecutionId: () => randomHex(random, 32),
    invoker: (instance) => orchestratorInvoker(instance),
    guarded: (instance, action) => invoker.guarded(workOf(instance), action),
    refuse: (step) => refuse(engine, step),
    history(instance) {
      instance.history ??= store.turns(instance.key, instance.firstTurn).flatMap(({ events }) => events);
      return instance.history;
    },
    record: (instance, events) => engine.record(instance, events),
    changed: (instance) => engine.changed(instance),
    consumed: (envelope) => engine.consumed(envelope),
    take: (instance, step, event) => take(engine, instance, step, event),
    cancelTimer(instance, taskId) {
      instance.pending.delete(taskId);
      engine.due.cancelTimer(instance, taskId);
    },
    timerFired(instance, timerId) {
      for (const [taskId, task] of instance.pending) {
        if (task.kind !== 'http' || task.afterTimer !== timerId) continue;
        engine.afterCommit(() => engine.work.startHttp(instance, instance.execution, taskId, task));
      }
    },
    restarted(instance) {
      for (const [taskId, task] of instance.pending) {
        if (task.kind === 'timer') engine.due.cancelTimer(instance, taskId);
      }
      instance.pending.clear();
      engine.trim(instance);
      engine.again(instance);
    },
    finished: (instance, failure) => engine.finished(instance, failure),
    counted(replayed) {
      if (replayed) engine.counters.replays++;
    },
  };

  function orchestratorInvoker(instance: Instance): InvokeOrchestrator | undefined {
    const fn = functions.get(instance.name);
    if (!fn || fn.trigger.type !== 'orchestrationTrigger') return undefined;
    return async (trigger) => {
      const {
        context,
        failure,
        core: invocation,
      } = await invoker.invoke(fn, {
        value: trigger,
        instanceId: instance.id,
        traceParent: instance.traceParent,
        quietFailure: true,
        work: workOf(instance),
      });
      // The generator stays alive after the call; its log lines are still those of a running function.
      invocation.state = 'postInvocationHooks';
      return { context, ...(failure ? { error: failure.error } : {}) };
    };
  }
}

/** A turn of an execution, as a watchdog calls it. */
function workOf({ key, execution, name, id }: Instance): GuardedWork {
  return { id: `${key}/${execution}`, what: `orchestrator '${name}' of instance '${id}'` };
}

function refuse(engine: DurableEngine, step: Step): string | undefined {
  const { functions } = engine.parts.core.registry;
  const unknown = (name: string, kind: string, type: string): string | undefined => {
    if (functions.get(name)?.trigger.type === type) return undefined;
    return unknownFunction(engine, name, kind, type);
  };
  if (step.kind === 'activity') return unknown(step.name, 'activity', 'activityTrigger');
  if (step.kind === 'sub') return unknown(step.name, 'orchestrator', 'orchestrationTrigger');
  return undefined;
}

/** The real extension's words for a function that is not there. */
export function unknownFunction(engine: DurableEngine, name: string, kind: string, type: string): string {
  const known = [...engine.parts.core.registry.functions.values()]
    .filter(({ trigger }) => trigger.type === type)
    .map((fn) => `'${fn.name}'`);
  const article = /^[aeiou]/.test(kind) ? 'an' : 'a';
  const more =
    known.length > 0
      ? `The following are the known ${kind} functions: ${known.join(', ')}.`
      : `No ${kind} functions are currently registered!`;
  return `The function '${name}' doesn't exist, is disabled, or is not ${article} ${kind} function. Additional info: ${more}`;
}

function take(engine: DurableEngine, instance: Instance, step: Step, event: HistoryEvent): void {
  const { pending } = instance;
  const { execution } = instance;
  switch (step.kind) {
    case 'activity':
      pending.set(step.id, { kind: 'activity', name: step.name, input: step.input });
      // Only what is on disk may have effects: else a crash could leave an effect that no history knows of.
      engine.counters.activities++;
      engine.afterCommit(() => engine.work.startActivity(instance, execution, step.id, step.name, step.input));
      break;
    case 'http': {
      const task = httpTask(step.input);
      pending.set(step.id, task);
      if (task.afterTimer !== undefined) break;
      engine.afterCommit(() => engine.work.startHttp(instance, execution, step.id, task));
      break;
    }
    case 'timer':
      pending.set(step.id, { kind: 'timer', fireAt: step.fireAt });
      engine.due.setTimer(instance, step.id, step.fireAt);
      break;
    case 'sub':
      startSub(engine, instance, step, event);
      break;
    case 'call':
    case 'signal': {
      const requestId = `${instance.executionId}:${step.id}`;
      const { target, operation: name, input } = step;
      const caller = step.kind === 'call' ? { caller: { instanceId: instance.id, execution } } : {};
      if (step.kind === 'call') pending.set(step.id, { kind: 'entity', requestId });
      engine.deliver(target, { message: { kind: 'operation', requestId, name, input, ...caller } });
      break;
    }
    case 'lock': {
      const [first, ...rest] = step.targets;
      const { requestId } = step;
      pending.set(step.id, { kind: 'entity', requestId });
      instance.locks = step.targets;
      const caller = { instanceId: instance.id, execution };
      engine.deliver(first ?? '', {
        message: { kind: 'operation', requestId, name: '', input: '', caller, lock: rest },
      });
      break;
    }
    case 'release':
      releaseLocks(engine, instance);
  }
}

/** Gives back the locks that an instance holds. */
export function releaseLocks(engine: DurableEngine, instance: Instance): void {
  for (const target of instance.locks) {
    engine.deliver(target, { message: { kind: 'release', requestId: instance.id } });
  }
  instance.locks = [];
}

function startSub(
  engine: DurableEngine,
  instance: Instance,
  step: Extract<Step, { kind: 'sub' }>,
  event: HistoryEvent,
): void {
  const { execution } = instance;
  const instanceId = event.InstanceId ?? '';
  instance.pending.set(step.id, { kind: 'sub', instanceId });
  try {
    engine.create({
      name: step.name,
      instanceId,
      input: step.input ?? '',
      version: step.version,
      parent: { instanceId: instance.id, execution, taskId: step.id },
      traceParent: instance.traceParent,
    });
  } catch (error) {
    if (!(error instanceof InstanceExistsError)) throw error;
    const reason = `The sub-orchestration '${step.name}' could not be started as '${instanceId}': ${error.message}`;
    engine.deliver(instance.id, {
      message: { kind: 'subFailed', execution, taskId: step.id, reason, details: error.message },
    });
  }
}
