/** How the policy is really changed, which is not here. */
export function HowToChange() {
  return (
    <p class="soft">
      The console does not change the policy. It is changed where it is kept: in the repository, reviewed, rehearsed in
      the pipeline, and written to its blob, which every instance reads again within minutes (docs/policy.md). A
      document with a mistake is refused whole, and the one before stays in use.
    </p>
  );
}
