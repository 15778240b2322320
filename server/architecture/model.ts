import { readFileSync } from 'node:fs';
import { ConfigError } from '../errors.ts';
import {
  type CalmControls,
  type CalmDocument,
  type CalmNode,
  type CalmRelationship,
  calmSchema,
  type Parameter,
} from './calm.ts';

/** One thing that must hold, and can be looked at. */
export interface Requirement {
  /** What is required, such as `tls-minimum-version`: a probe is chosen by it. */
  id: string;
  /** What it belongs to, such as `mTLS`. */
  control: string;
  /** The clause of a standard that it comes from. */
  url: string;
  parameters: Readonly<Record<string, Parameter>>;
}

export interface Control {
  name: string;
  description: string;
  requirements: readonly Requirement[];
}

export interface ArchitectureNode {
  id: string;
  type: CalmNode['node-type'];
  name: string;
  description: string;
  interfaces: readonly { id: string; port: number; protocol: string }[];
  controls: readonly Control[];
  metadata: CalmNode['metadata'];
}

export interface Relationship {
  id: string;
  description: string;
  kind: 'connects' | 'interacts' | 'composed-of';
  /** A node. */
  from: string;
  /** Nodes; one alone where it connects. */
  to: readonly string[];
  /** One of CALM's, or what it speaks otherwise. */
  protocol?: string;
  controls: readonly Control[];
  metadata: CalmRelationship['metadata'];
}

/** What runs and what must hold between its parts. */
export interface Architecture {
  name: string;
  description: string;
  nodes: readonly ArchitectureNode[];
  relationships: readonly Relationship[];
}

/** @throws ConfigError that names the file and everything in it that is wrong */
export function loadArchitecture(file: string | URL): Architecture {
  const name = String(file).split('/').at(-1) ?? '';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${name} cannot be read (${(error as NodeJS.ErrnoException).code}).`]);
  }
  return parseArchitecture(text, name);
}

/** @throws ConfigError with a sentence for each thing that is wrong, naming the node or relationship */
export function parseArchitecture(text: string, name = 'the model'): Architecture {
  const read = calmSchema.safeParse(json(text, name));
  if (!read.success)
    throw new ConfigError(
      read.error.issues.map(({ path, message }) => `${name}: ${place(text, path)} ${message}.`),
    );
  const problems = inconsistencies(read.data);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${name}: ${problem}.`));
  const { nodes, relationships, metadata } = read.data;
  return { ...metadata, nodes: nodes.map(nodeOf), relationships: relationships.map(relationshipOf) };
}

function json(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${name} is no JSON: ${(error as Error).message}.`]);
  }
}

/** `nodes.api-gateway.name`: by the id where there is one, which tells more than an index. */
function place(text: string, path: readonly PropertyKey[]): string {
  let value: unknown = JSON.parse(text);
  const steps = path.map((step) => {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
    const id = (value as Record<string, unknown> | undefined)?.['unique-id'];
    return typeof step === 'number' && typeof id === 'string' ? id : String(step);
  });
  return steps.join('.') || 'it';
}

function inconsistencies({ nodes, relationships }: CalmDocument): string[] {
  const ports = nodes.flatMap((node) =>
    (node.interfaces ?? []).map((each) => [each['unique-id'], node] as const),
  );
  const ids = [...nodes, ...relationships].map((each) => each['unique-id']);
  const twice = [...ids, ...ports.map(([id]) => id)].filter((id, index, all) => all.indexOf(id) !== index);
  const problems = twice.map((id) => `${id} is the id of two things`);
  const known = new Set(nodes.map((node) => node['unique-id']));
  for (const relationship of relationships) {
    const { id, from, to } = relationshipOf(relationship);
    for (const node of [from, ...to].filter((node) => !known.has(node)))
      problems.push(`relationships.${id} names the node ${node}, which there is not`);
    const type = relationship['relationship-type'];
    for (const { node, interfaces = [] } of 'connects' in type ? Object.values(type.connects) : [])
      for (const port of interfaces)
        if (!ports.some(([known, owner]) => known === port && owner['unique-id'] === node))
          problems.push(`relationships.${id} names the interface ${port}, which ${node} has not`);
    if ('connects' in type && !relationship.protocol && !relationship.metadata.speaks)
      problems.push(`relationships.${id} has no protocol`);
  }
  return problems;
}

function nodeOf(node: CalmNode): ArchitectureNode {
  const { name, description, metadata, interfaces = [] } = node;
  return {
    ...{ id: node['unique-id'], type: node['node-type'], name, description, metadata },
    interfaces: interfaces.map(({ 'unique-id': id, ...rest }) => ({ id, ...rest })),
    controls: controlsOf(node.controls),
  };
}

function relationshipOf(relationship: CalmRelationship): Relationship {
  const { description, metadata } = relationship;
  const protocol = metadata.speaks ?? relationship.protocol;
  return {
    ...{ id: relationship['unique-id'], description, metadata },
    ...ends(relationship['relationship-type']),
    ...(protocol !== undefined && { protocol }),
    controls: controlsOf(relationship.controls),
  };
}

function ends(type: CalmRelationship['relationship-type']): Pick<Relationship, 'kind' | 'from' | 'to'> {
  if ('connects' in type)
    return { kind: 'connects', from: type.connects.source.node, to: [type.connects.destination.node] };
  if ('interacts' in type) return { kind: 'interacts', from: type.interacts.actor, to: type.interacts.nodes };
  return { kind: 'composed-of', from: type['composed-of'].container, to: type['composed-of'].nodes };
}

function controlsOf(controls: CalmControls = {}): Control[] {
  return Object.entries(controls).map(([name, { description, requirements }]) => ({
    name,
    description,
    requirements: requirements.map(({ config, ...from }) => ({
      ...{ id: config['control-id'], control: name, url: from['requirement-url'] },
      parameters: config.parameters,
    })),
  }));
}
