using CloudBackup.HelpBuilder.Pages;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace CloudBackup.HelpBuilder.Output;

/// <summary>Markdown blocks as plain text.</summary>
internal static class BlockText
{
    private const string CodeIndent = "    ";
    private const int ColumnGap = 2;

    /// <summary>The blocks' paragraphs; each has one line, or those of a list, a table or code.</summary>
    public static IEnumerable<IReadOnlyList<TextLine>> Paragraphs(IEnumerable<Block> blocks) => blocks.Select(Lines).Where(lines => lines.Count > 0);

    /// <summary>Code as it stands.</summary>
    public static string Code(FencedCodeBlock block) => block.Lines.ToString().TrimEnd();

    private static IReadOnlyList<TextLine> Lines(Block block) => block switch
    {
        ParagraphBlock paragraph => [new TextLine("", PlainText.Of(paragraph.Inline))],
        ListBlock list => [.. list.Cast<ListItemBlock>().SelectMany(item => Item(item, list.IsOrdered ? $"{item.Order}. " : "- "))],
        Table table => Rows(table),
        CodeBlock code => [.. code.Lines.ToString().TrimEnd().Split('\n').Select(line => new TextLine(CodeIndent, line, IsVerbatim: true))],
        LinkReferenceDefinitionGroup => [],
        _ => throw new InvalidDataException($"Line {block.Line + 1}: {block.GetType().Name} cannot be shown as plain text."),
    };

    private static IEnumerable<TextLine> Item(ListItemBlock item, string mark)
    {
        var lines = item.SelectMany(Lines).ToList();
        return lines.Select((line, i) => line.Indented(i == 0 ? mark : new string(' ', mark.Length)));
    }

    /// <summary>Aligned columns; the last one is broken, below itself.</summary>
    private static List<TextLine> Rows(Table table)
    {
        var rows = table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(cell =>
            string.Join(' ', cell.OfType<ParagraphBlock>().Select(paragraph => PlainText.Of(paragraph.Inline)))).ToList()).ToList();
        var widths = Enumerable.Range(0, rows[0].Count - 1).Select(column => rows.Max(row => row[column].Length) + ColumnGap).ToList();
        List<TextLine> lines = [.. rows.Select(row => new TextLine(string.Concat(widths.Select((width, column) => row[column].PadRight(width))), row[^1]))];
        if (rows[0].TrueForAll(cell => cell.Length == 0))
        {
            lines.RemoveAt(0);
        }
        else
        {
            lines.Insert(1, new TextLine("", string.Concat(widths.Append(rows.Max(row => row[^1].Length)).Select((width, column) =>
                new string('-', rows[0][column].Length).PadRight(width))), IsVerbatim: true));
        }
        return lines;
    }
}
