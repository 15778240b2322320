/** Prints docs/architecture.md: the model first, then what people wrote. */
import type { Parameter } from './calm.ts';
import type { Architecture, ArchitectureNode, Control, Relationship } from './model.ts';

export function printArchitecture(model: Architecture, prose: string): string {
  const names = new Map(model.nodes.map(({ id, name }) => [id, name]));
  const name = (id: string) => names.get(id) ?? id;
  return `# Architecture

Printed by \`npm run docs\` from \`docs/architecture/latchkey.calm.json\`, a model in
[CALM](https://calm.finos.org) 1.1, and \`docs/architecture/prose.md\`.

${model.description}

\`\`\`mermaid
${diagram(model)}
\`\`\`

## Nodes

${model.nodes.map(printNode).join('\n\n')}

## Relationships

${model.relationships.map((relationship) => printRelationship(relationship, name)).join('\n\n')}

${prose.trim()}
`;
}

/** Parts are drawn within what they are part of. */
function diagram({ nodes, relationships }: Architecture): string {
  const parts = new Map(
    relationships.filter(({ kind }) => kind === 'composed-of').map(({ from, to }) => [from, to]),
  );
  const inside = new Set([...parts.values()].flat());
  const box = ({ id, type, name }: ArchitectureNode) => `${id}${shape(type, name)}`;
  const drawn = nodes
    .filter(({ id }) => !inside.has(id))
    .flatMap((node) => {
      const within = parts.get(node.id);
      if (!within) return [`  ${box(node)}`];
      const boxes = nodes.filter(({ id }) => within.includes(id)).map((part) => `    ${box(part)}`);
      return [`  subgraph ${node.id}["${node.name}"]`, ...boxes, '  end'];
    });
  const arrows = relationships
    .filter(({ kind }) => kind !== 'composed-of')
    .flatMap(({ from, to, protocol }) =>
      to.map((end) => `  ${from} ${protocol ? `-->|${protocol}|` : '-.->'} ${end}`),
    );
  return ['flowchart LR', ...drawn, ...arrows].join('\n');
}

function shape(type: ArchitectureNode['type'], name: string): string {
  if (type === 'actor') return `(["${name}"])`;
  if (type === 'database' || type === 'data-asset') return `[("${name}")]`;
  return `["${name}"]`;
}

function printNode({
  id,
  name,
  type,
  description,
  interfaces,
  controls,
  metadata,
}: ArchitectureNode): string {
  const { criticality, sensitivity, where } = metadata;
  const listens = interfaces.map(({ port, protocol }) => `${protocol} on port ${port}`).join(', ');
  const facts = [
    `- \`${id}\`, a CALM ${type}; criticality ${criticality}, sensitivity ${sensitivity}`,
    ...(where ? [`- where: ${where}`] : []),
    ...(listens ? [`- listens: ${listens}`] : []),
  ];
  return [`### ${name}`, description, facts.join('\n'), ...controls.map(printControl)].join('\n\n');
}

function printRelationship(relationship: Relationship, name: (id: string) => string): string {
  const { id, from, to, kind, protocol, description, controls, metadata } = relationship;
  const verb = { connects: '→', interacts: 'uses', 'composed-of': 'is made of' }[kind];
  const { criticality, sensitivity } = metadata;
  const facts = [
    `- \`${id}\`; criticality ${criticality}, sensitivity ${sensitivity}`,
    ...(protocol ? [`- protocol: ${protocol}`] : []),
  ];
  const heading = `### ${name(from)} ${verb} ${to.map(name).join(', ')}`;
  return [heading, description, facts.join('\n'), ...controls.map(printControl)].join('\n\n');
}

function printControl({ name, description, requirements }: Control): string {
  const rows = requirements.map(
    ({ id, parameters, url }) => `| \`${id}\` | ${printParameters(parameters)} | [${host(url)}](${url}) |`,
  );
  return [
    `**${name}.** ${description}`,
    ['| requirement | parameters | from |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

function printParameters(parameters: Readonly<Record<string, Parameter>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}: \`${[value].flat().join('`, `')}\``)
    .join('; ');
}

function host(url: string): string {
  const { hostname, pathname } = new URL(url);
  const [, rfc] = /\/rfc(\d+)/.exec(pathname) ?? [];
  return rfc ? `RFC ${rfc}` : hostname.replace(/^www\./, '');
}
