import { type Element, elements } from '../../service-identity/der.ts';
import { refuse } from '../refusal.ts';

export const keyDescriptionExtension = '1.3.6.1.4.1.11129.2.1.17';

/** What is said of a key in one place: `AuthorizationList`, as far as it is asked for. */
interface Authorizations {
  allApplications: boolean;
  origins: readonly number[];
  purposes: readonly number[];
}

/** `KeyDescription` of the Android developers' documentation (WebAuthn L3 §8.4.1). */
export interface KeyDescription {
  isAttestedBySoftware: boolean;
  challenge: Buffer;
  software: Authorizations;
  hardware: Authorizations;
}

const tag = {
  integer: 0x02,
  octets: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
  purpose: 0xa1,
  allApplications: 0xbf8458,
  origin: 0xbf853e,
};

/** Attestation version and level, keymaster version and level, challenge, unique id, two lists. */
const form = [
  tag.integer,
  tag.enumerated,
  tag.integer,
  tag.enumerated,
  tag.octets,
  tag.octets,
  tag.sequence,
  tag.sequence,
];

/** Members that newer versions add are passed over. */
export function readKeyDescription(extension: { value: Buffer } | undefined): KeyDescription {
  if (!extension) refuse('attestation_key_description_malformed');
  try {
    const [sequence] = elements(extension.value);
    const members = elements(contentOf(sequence, tag.sequence));
    const [, level, , , challenge, , software, hardware] = form.map((wanted, i) =>
      contentOf(members[i], wanted),
    ) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    return {
      isAttestedBySoftware: numberOf(level) === 0,
      challenge,
      software: readAuthorizations(software),
      hardware: readAuthorizations(hardware),
    };
  } catch (cause) {
    return refuse('attestation_key_description_malformed', { cause });
  }
}

function readAuthorizations(list: Buffer): Authorizations {
  const found = elements(list);
  const valuesOf = (wanted: number) =>
    found.filter((element) => element.tag === wanted).flatMap((element) => elements(element.content));
  return {
    allApplications: found.some((element) => element.tag === tag.allApplications),
    origins: valuesOf(tag.origin).map((value) => numberOf(contentOf(value, tag.integer))),
    purposes: valuesOf(tag.purpose).flatMap((set) =>
      elements(contentOf(set, tag.set)).map((value) => numberOf(contentOf(value, tag.integer))),
    ),
  };
}

function contentOf(element: Element | undefined, wanted: number): Buffer {
  if (element?.tag !== wanted) throw new Error(`no element with the tag 0x${wanted.toString(16)}`);
  return element.content;
}

/** Of these, none needs more than a few bytes. */
function numberOf(content: Buffer): number {
  return content.readIntBE(0, content.length);
}
