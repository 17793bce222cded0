import { z } from 'zod';
import { incidentReportSchema, incidentStatusSchema, runReportSchema } from '../../run';

const incidentAnswerSchema = z.object({
  incident: incidentReportSchema
    .omit({ runs: true })
    .extend({ runs: z.array(z.string()) })
    .nullable(),
  runs: z.array(runReportSchema),
  live: z.object({ status: z.string(), custom: incidentStatusSchema.nullable() }).nullable(),
});
/** An incident as the operator API tells it. */
export type IncidentAnswer = z.infer<typeof incidentAnswerSchema>;

const openSchema = z.object({ open: z.array(z.object({ id: z.string(), custom: incidentStatusSchema.nullable() })) });

const decisionSchema = z.object({
  signalId: z.string(),
  state: z.string(),
  decision: z.object({
    action: z.string(),
    sentence: z.string(),
    considered: z.array(z.object({ rule: z.string(), matched: z.boolean(), reasons: z.array(z.string()) })),
  }),
});
export type DecisionAnswer = z.infer<typeof decisionSchema>;

/** The operator API, as the demo uses it with somebody's token. Throws an error with the problem's detail for every answer that is not 2xx. */
export function operatorClient(url: string, token: string) {
  async function get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const response = await fetch(`${url}/api/operator/${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`GET operator/${path}: ${response.status} ${text.slice(0, 300)}`);
    }
    return schema.parse(JSON.parse(text));
  }
  return {
    openIncidents: async () => (await get('incidents?limit=50', openSchema)).open,
    incident: (id: string) => get(`incidents/${id}`, incidentAnswerSchema),
    decision: (signalId: string) => get(`decisions/${signalId}`, decisionSchema),
  };
}
export type OperatorClient = ReturnType<typeof operatorClient>;
