using System.Xml.Linq;
using Markdig.Syntax;

namespace CloudBackup.HelpBuilder.Output;

/// <summary>Words of MAML, the XML that Get-Help reads.</summary>
internal static class Maml
{
    public static readonly XNamespace Text = "http://schemas.microsoft.com/maml/2004/10";
    public static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    public static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>A paragraph element per block. Lists stay text: most of Get-Help's views leave MAML's own lists out.</summary>
    public static IEnumerable<XElement> Paras(IEnumerable<Block> blocks) =>
        BlockText.Paragraphs(blocks).Select(lines => new XElement(Text + "para", string.Join('\n', lines)));

    /// <summary>A truth as MAML writes it.</summary>
    public static string Word(bool value) => value ? "true" : "false";
}
