// A fault of the set-up that the person at the keyboard can mend.

export class DemoFailure extends Error {
  /** @param fix What to do about it. */
  constructor(
    problem: string,
    readonly fix: string
  ) {
    super(`${problem}\nFix: ${fix}`)
  }
}
