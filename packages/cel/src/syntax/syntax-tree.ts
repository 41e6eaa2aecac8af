/** A node of the library's tree, before one has looked at what it is. */
export interface LibraryNode {
  readonly op: string
  readonly args: unknown
  readonly pos: number
  readonly start: number
  readonly end: number
}

interface Of<Op extends string, Args> {
  readonly op: Op
  readonly args: Args
  readonly pos: number
  readonly start: number
  readonly end: number
}

/** The library's tree as its parser makes it (macros are kept as the calls that they were written as). */
export type SyntaxTree =
  | Of<'value', unknown>
  | Of<'id', string>
  | Of<'.' | '.?', readonly [LibraryNode, string]>
  | Of<'!_' | '-_', LibraryNode>
  | Of<'&&' | '||', readonly [LibraryNode, LibraryNode]>
  | Of<'?:', readonly [LibraryNode, LibraryNode, LibraryNode]>
  | Of<'[]' | '[?]', readonly [LibraryNode, LibraryNode]>
  | Of<'list', readonly LibraryNode[]>
  | Of<'map', readonly (readonly [LibraryNode, LibraryNode])[]>
  | Of<'call', readonly [string, readonly LibraryNode[]]>
  | Of<'rcall', readonly [string, LibraryNode, readonly LibraryNode[]]>
  | Of<'in' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%', readonly [LibraryNode, LibraryNode]>
