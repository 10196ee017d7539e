/** How a command ends without a result. Messages are one line that says what is wrong and what to do. */

/** Arguments, a site file or a kubeconfig that cannot be right: exit 2. */
export class WrongInput extends Error {
  override readonly name = 'WrongInput';
}

/** The cluster or the directory refused or cannot be reached: exit 1. */
export class Failed extends Error {
  override readonly name = 'Failed';
}
