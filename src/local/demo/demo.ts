import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { searchFor } from '../canary';
import { askedToStop, scaledTimeFromNow, startPlatform, type Platform } from '../platform';
import { goOn } from './going-on';
import { scenes } from './scenes';
import { createScreen, type Screen } from './screen';
import { check, setStage, type Check, type Scene, type Story } from './stage';

export interface DemoOptions {
  readonly root: string;
  readonly json: boolean;
  readonly keep: boolean;
  /** Seconds of the platform in a real one. */
  readonly speed: number;
  readonly port: number;
  /** Names of the scenes to show; all of them when empty. */
  readonly only: readonly string[];
}

/**
 * Boots the local platform and plays the scenes on it, one after the other. Returns the exit code: 0 when every outcome is what
 * it should be. A scene that fails does not keep the others from being shown. A name that is no scene's is told, with the
 * names that are, and ends in 1.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { root, json, keep, speed, port, only } = options;
  const screen = createScreen(json);
  const names = scenes.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no scene ${unknown.join(', ')}; there are: ${names.join(', ')}\n`);
    return 1;
  }
  const folder = join(root, '.caretaker');
  await mkdir(folder, { recursive: true });
  const directory = await mkdtemp(join(folder, 'demo-'));
  const bootedAt = Date.now();
  screen.say(
    `Starting a platform on this machine: Azure's APIs, blob storage and the function app (${speed} s pass in one) ...`,
  );
  const platform = await startPlatform({
    directory,
    root,
    policyFile: join(root, 'policy/caretaker.yaml'),
    time: scaledTimeFromNow(speed),
    port,
  }).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const interrupted = new AbortController();
  const stop = askedToStop();
  void stop.asked.then(() => interrupted.abort(new Error('interrupted')));
  const { signal } = interrupted;
  try {
    screen.say(
      `Ready after ${((Date.now() - bootedAt) / 1000).toFixed(1)} s: ${platform.functions.length} functions at ${platform.url}/api`,
    );
    const stories: { readonly scene: Scene; readonly story: Story }[] = [];
    for (const scene of scenes.filter(({ name }) => only.length === 0 || only.includes(name))) {
      stories.push({ scene, story: await play(scene, platform, screen, signal, join(root, 'dist/caretaker.js')) });
    }
    const closing = await searchForSecrets(platform, screen);
    const checks = [...stories.flatMap(({ story }) => story.checks), closing];
    const failed = checks.filter(({ ok }) => !ok);
    screen.say();
    screen.say(
      failed.length === 0
        ? `Every outcome is what it should be: ${checks.length} in ${stories.length} scene(s).`
        : `${failed.length} of ${checks.length} outcomes are not what they should be.`,
    );
    if (keep && !signal.aborted) {
      screen.say();
      for (const text of whereToLook(platform.url)) {
        screen.say(text);
      }
      await goOn(platform, signal);
    }
    if (json) {
      const told = stories.map(({ scene: { name }, story }) => ({
        scene: name,
        ...story.summary,
        checks: story.checks,
      }));
      process.stdout.write(`${JSON.stringify({ ok: failed.length === 0, scenes: told, closing })}\n`);
    }
    return failed.length === 0 ? 0 : 1;
  } finally {
    stop.dispose();
    await platform.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What is said about a platform that is left running. */
function whereToLook(url: string): readonly string[] {
  const { port } = new URL(url);
  return [
    `The console, on all of this: http://localhost:${port}/ (or ${url}/)`,
    '  It asks who you are: Rae reads, Omar operates, Ava approves, Ada may do everything. No password.',
    '  Now and then the host of a machine fails, and you are asked. Two people have to say yes; after 30 minutes an administrator alone may.',
    `The API: ${url}/api. Stop with Ctrl+C.`,
  ];
}

/** Looks for every value that is or was a secret in whatever the platform wrote during all scenes: state, blobs, logs. */
async function searchForSecrets(platform: Platform, screen: Screen): Promise<Check> {
  const search = searchFor(await platform.control.secretValues());
  const { files, leaks } = search.inFolder(platform.directory);
  const what = `none of ${search.values} secret values is in the ${files} files that all of this wrote`;
  const closing = check(
    what,
    leaks.length === 0,
    leaks.map(({ place, encoding }) => `${place} (${encoding})`).join(', '),
  );
  screen.say();
  screen.say(line(closing));
  return closing;
}

async function play(
  scene: Scene,
  platform: Platform,
  screen: Screen,
  signal: AbortSignal,
  program: string,
): Promise<Story> {
  screen.say();
  screen.say(`Scene: ${scene.title}`);
  const startedAt = Date.now();
  let story: Story;
  try {
    story = await scene.tell(await setStage({ platform, screen, signal, program }));
  } catch (error) {
    signal.throwIfAborted();
    const found = error instanceof Error ? error.message : String(error);
    story = { checks: [{ what: `the scene ${scene.name} comes to its end`, ok: false, found }], summary: {} };
  }
  screen.say();
  for (const { ok, what, found } of story.checks) {
    screen.say(line({ ok, what, found }));
  }
  return { ...story, summary: { ...story.summary, realSeconds: Math.round((Date.now() - startedAt) / 1000) } };
}

const line = ({ ok, what, found }: Check): string =>
  `  ${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : ` (found: ${found})`}`;
