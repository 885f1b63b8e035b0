// What can come instead of an answer. A rule's no is a sentence and what one can do next (RFC 9457).

export interface FieldProblem {
  field: string;
  message: string;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    /** `/problems/` and the name of the rule. */
    readonly type: string,
    readonly detail: string,
    readonly nextStep: string,
    readonly errors: readonly FieldProblem[],
  ) {
    super(detail);
  }

  is(rule: string): boolean {
    return this.type === `/problems/${rule}`;
  }
}

/** No answer within twenty seconds. */
export class Late extends Error {}

/** Nobody is signed in, or not any more. */
export class SignedOut extends Error {}

interface Told {
  type: string;
  detail: string;
  next_step?: string;
  errors?: FieldProblem[];
}

function isTold(told: unknown): told is Told {
  return typeof told === "object" && told !== null && "type" in told && "detail" in told;
}

/** Throws unless the answer is one. */
export async function asAnswer(response: Response): Promise<void> {
  if (response.ok || response.status === 304) return;
  const told: unknown = await response.clone().json().catch(() => null);
  if (isTold(told) && response.status < 500)
    throw new Refused(response.status, told.type, told.detail, told.next_step ?? "", told.errors ?? []);
  throw new Error(`${response.status} ${response.statusText}`);
}
