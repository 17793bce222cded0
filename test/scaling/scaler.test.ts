import { startScalingApp, type ScalingApp } from './scaling-app';

let test: ScalingApp;
beforeAll(async () => {
  test = await startScalingApp();
}, 60_000);
afterAll(() => test.stop());

it('adds machines for a load, and takes them away again once it has been calm', async () => {
  await test.local.cloud.control.setLoad('vmss-web-prod-weu-001', 300);
  await test.minutes(12);
  console.log(JSON.stringify(await test.set()));
  console.log(JSON.stringify(test.app.host.instances().map((i) => [i.name, i.runtimeStatus, i.output])).slice(0, 3000));
});
