/** See nodes.mjs. */
export function provideNode(version: string): Promise<string>
