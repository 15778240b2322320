import type { Command } from 'commander';
import type { Finding } from '../admin/about-server.ts';
import { leaf, show } from './output.ts';
import type { Surroundings } from './surroundings.ts';

const marks: Record<Finding['state'], string> = {
  ok: 'ok     ',
  warning: 'WARNING',
  failed: 'FAILED ',
  skipped: '–      ',
};

export function addDoctorCommand(
  program: Command,
  surroundings: Surroundings,
  setExitCode: (code: number) => void,
): void {
  leaf(program, 'doctor', 'look for what is wrong with this installation; changes nothing').action(
    async (options) => {
      const { examine } = await import('./doctor/examine.ts');
      const findings = await examine(surroundings);
      const healthy = findings.every(({ state }) => state !== 'failed');
      show(surroundings, options, { data: { healthy, findings }, lines: findings.map(line) });
      if (!healthy) setExitCode(1);
    },
  );
}

function line({ check, state, says, remedy }: Finding): string {
  return `${marks[state]}  ${check.padEnd(14)} ${says}${remedy ? ` ${remedy}` : ''}`;
}
