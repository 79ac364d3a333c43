using System.Text;
using CloudBackup.HelpBuilder.Pages;

namespace CloudBackup.HelpBuilder.Output;

/// <summary>An about topic as the text file that Get-Help shows as it stands.</summary>
internal static class AboutText
{
    private const int Width = 80;
    private const string Indent = "    ";

    /// <summary>The text. Get-Help lists what stands on its fifth line as the synopsis.</summary>
    public static string Of(HelpPage page)
    {
        var text = new StringBuilder();
        text.Append("TOPIC\n").Append(Indent).Append(page.Name).Append("\n\n");
        var paragraphs = BlockText.Paragraphs(page.Root.Blocks).ToList();
        text.Append("SHORT DESCRIPTION\n").Append(Indent).Append(paragraphs[0][0]).Append("\n\n");
        if (paragraphs.Count > 1)
        {
            text.Append("LONG DESCRIPTION\n");
            Append(text, paragraphs.Skip(1));
        }
        foreach (var section in page.Root.Parts)
        {
            text.Append(section.Title.ToUpperInvariant()).Append('\n');
            Append(text, BlockText.Paragraphs(section.Blocks));
            foreach (var part in section.Parts)
            {
                text.Append("  ").Append(part.Title).Append('\n');
                Append(text, BlockText.Paragraphs(part.Blocks));
            }
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<IReadOnlyList<TextLine>> paragraphs)
    {
        foreach (var paragraph in paragraphs)
        {
            foreach (var line in paragraph.SelectMany(line => line.Indented(Indent).Wrap(Width)))
            {
                text.Append(line).Append('\n');
            }
            text.Append('\n');
        }
    }
}
