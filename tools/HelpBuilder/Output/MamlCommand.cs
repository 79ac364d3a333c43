using System.Xml.Linq;
using CloudBackup.HelpBuilder.Cmdlets;
using CloudBackup.HelpBuilder.Pages;
using Markdig.Syntax;
using static CloudBackup.HelpBuilder.Output.Maml;

namespace CloudBackup.HelpBuilder.Output;

/// <summary>One cmdlet in the help file: the facts of its code, the prose of its page.</summary>
internal sealed class MamlCommand(CmdletFacts cmdlet, HelpPage page, PageLibrary library)
{
    private readonly Dictionary<string, Section> _texts = library.ParametersOf(page).ToDictionary(text => text.Name, text => text.Section);

    /// <summary>The <c>command:command</c> element.</summary>
    public XElement ToXml() => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Text.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "command", Command.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "dev", Dev.NamespaceName),
        new XElement(
            Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun),
            new XElement(Text + "description", Paras(page.Root.Blocks))),
        new XElement(Text + "description", Paras(Part(CmdletPage.Description).Blocks)),
        new XElement(Command + "syntax", cmdlet.ParameterSets.Select(SyntaxOf)),
        new XElement(Command + "parameters", cmdlet.Parameters.Select(parameter => ParameterOf(parameter, isSyntax: false))),
        new XElement(Command + "inputTypes", Part(CmdletPage.Inputs).Parts.Select(part => TypeOf(part, "inputType"))),
        new XElement(Command + "returnValues", Part(CmdletPage.Outputs).Parts.Select(part => TypeOf(part, "returnValue"))),
        NotesOf(page.Root.Part(CmdletPage.Notes)),
        new XElement(Command + "examples", Part(CmdletPage.Examples).Parts.Select(ExampleOf)),
        new XElement(Command + "relatedLinks", HelpPage.Links(Part(CmdletPage.RelatedLinks).Blocks).Select(LinkOf).Prepend(OnlineVersion())));

    private Section Part(string title) => page.Root.Part(title)!;

    private XElement SyntaxOf(ParameterSetFacts set) => new(
        Command + "syntaxItem",
        new XElement(Text + "name", cmdlet.Name),
        set.Parameters.Select(parameter => ParameterOf(parameter, isSyntax: true)));

    private XElement ParameterOf(ParameterFacts parameter, bool isSyntax)
    {
        var element = new XElement(
            Command + "parameter",
            new XAttribute("required", Word(parameter.IsMandatory)),
            new XAttribute("variableLength", Word(parameter.TakesRest)),
            new XAttribute("globbing", Word(parameter.AllowsWildcards)),
            new XAttribute("pipelineInput", parameter.PipelineText),
            new XAttribute("position", parameter.Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none"),
            new XElement(Text + "name", parameter.Name),
            new XElement(Text + "description", Paras(_texts[parameter.Name].Blocks)));
        if (isSyntax && parameter.ItemType.IsEnum)
        {
            element.Add(new XElement(Command + "parameterValueGroup", Enum.GetNames(parameter.ItemType).Select(name => Value(name, parameter))));
        }
        else if (!(isSyntax && parameter.IsSwitch))
        {
            element.Add(Value(parameter.TypeName, parameter));
        }
        element.Add(
            new XElement(Dev + "type", new XElement(Text + "name", parameter.TypeName), new XElement(Text + "uri")),
            new XElement(Dev + "defaultValue", parameter.DefaultValue ?? (parameter.IsSwitch ? "False" : "None")));
        return element;
    }

    private static XElement Value(string text, ParameterFacts parameter) => new(
        Command + "parameterValue",
        new XAttribute("required", Word(!parameter.IsSwitch)),
        new XAttribute("variableLength", Word(parameter.TakesRest)),
        text);

    private static XElement TypeOf(Section part, string element) => new(
        Command + element,
        new XElement(Dev + "type", new XElement(Text + "name", part.Title), new XElement(Text + "uri")),
        new XElement(Text + "description", Paras(part.Blocks)));

    private static XElement? NotesOf(Section? notes) =>
        notes is null ? null : new XElement(Text + "alertSet", new XElement(Text + "alert", Paras(notes.AllBlocks)));

    /// <summary>
    /// What follows the code remarks on it. Output stands below the code, as on a screen. Text before and between pieces of code becomes comments:
    /// Get-Help has one place for code, and puts an introduction on the line of the code.
    /// </summary>
    private static XElement ExampleOf(Section example, int index)
    {
        var end = example.Blocks.FindLastIndex(block => block is FencedCodeBlock) + 1;
        var code = example.Blocks.Take(end).SelectMany(block => block is FencedCodeBlock fenced ? [BlockText.Code(fenced)] : Comments(block));
        return new XElement(
            Command + "example",
            new XElement(Text + "title", $"Example {index + 1}: {example.Title}"),
            new XElement(Text + "introduction"),
            new XElement(Dev + "code", string.Join("\n\n", code)),
            // The empty paragraph keeps the next example's title at a distance.
            new XElement(Dev + "remarks", Paras(example.Blocks.Skip(end)), new XElement(Text + "para")));
    }

    private static IEnumerable<string> Comments(Block block) =>
        BlockText.Paragraphs([block]).Select(lines => string.Join('\n', lines.Select(line => $"# {line}")));

    /// <summary>The first link with an address is what Get-Help -Online opens.</summary>
    private XElement OnlineVersion() => new(
        Text + "navigationLink",
        new XElement(Text + "linkText", "Online version:"),
        new XElement(Text + "uri", cmdlet.HelpUri));

    private static XElement LinkOf(Markdig.Syntax.Inlines.LinkInline link) => new(
        Text + "navigationLink",
        new XElement(Text + "linkText", PlainText.Of(link)),
        new XElement(Text + "uri", Uri.IsWellFormedUriString(link.Url, UriKind.Absolute) ? link.Url : ""));
}
