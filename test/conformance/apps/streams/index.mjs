import { app } from '@azure/functions';
import { Readable } from 'node:stream';

app.setup({ enableHttpStream: true });

app.http('count', {
  route: 'count/{to:int}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request) => {
    async function* lines() {
      for (let i = 1; i <= Number(request.params.to); i++) yield `${i}\n`;
    }
    return { body: Readable.from(lines()), headers: { 'content-type': 'text/plain' } };
  },
});
app.http('length', {
  route: 'length',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: async (request) => {
    let length = 0;
    for await (const chunk of request.body) length += chunk.length;
    return { jsonBody: { length, header: request.headers.get('x-test') } };
  },
});
app.http('wrong', {
  route: 'wrong',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => {
    throw new Error('on purpose');
  },
});
