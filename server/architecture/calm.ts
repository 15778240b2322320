/** The part of CALM 1.1 that our model uses (https://calm.finos.org/release/1.1/meta/core.json), strictly. */
import { z } from 'zod';

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not in kebab-case');
const sentence = z.string().min(1, 'is empty');
const metadata = z.strictObject({
  criticality: z.enum(['low', 'medium', 'high']),
  sensitivity: z.enum(['public', 'personal', 'confidential', 'secret']),
  /** What CALM has no protocol for. */
  speaks: sentence.optional(),
  /** Where in the repository, or whose. */
  where: sentence.optional(),
});

const parameter = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

const requirement = z.strictObject({
  'requirement-url': z.url('is no address'),
  config: z.strictObject({
    'control-id': id,
    parameters: z.record(z.string(), parameter).refine((given) => Object.keys(given).length > 0, 'is empty'),
  }),
});

const controls = z.record(
  z.string().regex(/^[a-zA-Z0-9-]+$/, 'is no name of a control'),
  z.strictObject({ description: sentence, requirements: z.array(requirement).min(1, 'is empty') }),
);

const nodeTypes = [
  'actor',
  'ecosystem',
  'system',
  'service',
  'database',
  'network',
  'ldap',
  'webclient',
  'data-asset',
] as const;

const node = z.strictObject({
  'unique-id': id,
  'node-type': z.enum(nodeTypes),
  name: sentence,
  description: sentence,
  interfaces: z
    .array(z.strictObject({ 'unique-id': id, port: z.int().min(1).max(65535), protocol: sentence }))
    .optional(),
  controls: controls.optional(),
  metadata,
});

const protocols = [
  'HTTP',
  'HTTPS',
  'FTP',
  'SFTP',
  'JDBC',
  'WebSocket',
  'SocketIO',
  'LDAP',
  'AMQP',
  'TLS',
  'mTLS',
  'TCP',
] as const;

const end = z.strictObject({ node: id, interfaces: z.array(id).optional() });
const nodes = z.array(id).min(1, 'is empty');

const relationship = z.strictObject({
  'unique-id': id,
  description: sentence,
  'relationship-type': z.union(
    [
      z.strictObject({ connects: z.strictObject({ source: end, destination: end }) }),
      z.strictObject({ interacts: z.strictObject({ actor: id, nodes }) }),
      z.strictObject({ 'composed-of': z.strictObject({ container: id, nodes }) }),
    ],
    'is none of connects, interacts and composed-of',
  ),
  protocol: z.enum(protocols, 'is none of CALM').optional(),
  controls: controls.optional(),
  metadata,
});

export const calmSchema = z.strictObject({
  $schema: z
    .string()
    .regex(/^https:\/\/calm\.finos\.org\/release\/1\.[01]\/meta\/calm\.json$/, 'is not CALM 1'),
  nodes: z.array(node),
  relationships: z.array(relationship),
  adrs: z.array(z.string()).optional(),
  metadata: z.strictObject({ name: sentence, description: sentence }),
});

export type CalmDocument = z.infer<typeof calmSchema>;
export type CalmNode = CalmDocument['nodes'][number];
export type CalmRelationship = CalmDocument['relationships'][number];
export type CalmControls = NonNullable<CalmNode['controls']>;
export type Parameter = z.infer<typeof parameter>;
