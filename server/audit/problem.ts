export type ProblemKind =
  | 'event_changed'
  | 'event_removed'
  | 'event_reordered'
  | 'event_backdated'
  | 'event_unvouched'
  | 'tail_removed'
  | 'chain_removed'
  | 'checkpoint_forged'
  | 'checkpoint_changed'
  | 'checkpoint_removed';

export interface Problem {
  kind: ProblemKind;
  chain?: string;
  /** Of the event in its chain. */
  sequence?: number;
  /** The number of the checkpoint that says otherwise. */
  checkpoint?: number;
  /** Of what was given beside the storage. */
  line?: number;
}

export type Report = (problem: Problem) => void;
