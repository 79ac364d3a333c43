namespace CloudBackup.HelpBuilder.Output;

/// <summary>A line of plain text before it is broken to the width of a page.</summary>
/// <param name="Mark">What stands before the text: nothing, spaces, or the mark of a list item.</param>
/// <param name="Content">The text.</param>
/// <param name="IsVerbatim">Whether the line is code, a table or the like, which is never broken.</param>
internal sealed record TextLine(string Mark, string Content, bool IsVerbatim = false)
{
    /// <summary>The whole line, unbroken.</summary>
    public override string ToString() => Mark + Content;

    /// <summary>The line further in.</summary>
    public TextLine Indented(string mark) => this with { Mark = mark + Mark };

    /// <summary>Lines of at most a width; those after the first begin below the text, not below its mark.</summary>
    public IEnumerable<string> Wrap(int width)
    {
        if (IsVerbatim)
        {
            yield return ToString().TrimEnd();
            yield break;
        }
        var line = Mark;
        var isEmpty = true;
        foreach (var word in Content.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = new string(' ', Mark.Length);
                isEmpty = true;
            }
            line += isEmpty ? word : " " + word;
            isEmpty = false;
        }
        yield return line;
    }
}
