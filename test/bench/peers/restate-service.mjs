// The bench app again, for Restate: each activity is one durable step of the workflow.
import * as restate from '@restatedev/restate-sdk';

const chain = restate.workflow({
  name: 'chain',
  handlers: {
    run: async (ctx, steps) => {
      let value = 0;
      for (let i = 0; i < steps; i++) value = await ctx.run(`step ${i}`, async () => value + 1);
      return value;
    },
  },
});

const fan = restate.workflow({
  name: 'fan',
  handlers: {
    run: async (ctx, width) => {
      const steps = [];
      for (let i = 0; i < width; i++) steps.push(ctx.run(`step ${i}`, async () => i + 1));
      const results = await restate.RestatePromise.all(steps);
      return results.length;
    },
  },
});

const port = await restate.serve({ services: [chain, fan], port: Number(process.env.SERVICE_PORT) });
console.log(`service on ${port}`);
