using CloudBackup.HelpBuilder.Cmdlets;
using Markdig.Syntax;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>What a cmdlet's page must look like, compared with the cmdlet.</summary>
internal static class CmdletPage
{
    public const string Description = "Description";
    public const string Parameters = "Parameters";
    public const string Inputs = "Inputs";
    public const string Outputs = "Outputs";
    public const string Examples = "Examples";
    public const string Notes = "Notes";
    public const string RelatedLinks = "Related links";
    public const string None = "None";
    public const string PowerShell = "powershell";

    private const int MinimumExamples = 2;
    private static readonly string[] Required = [Description, Parameters, Inputs, Outputs, Examples, RelatedLinks];

    /// <summary>What is wrong with a page.</summary>
    public static IEnumerable<Problem> Check(HelpPage page, CmdletFacts cmdlet, PageLibrary library) =>
    [
        .. CheckSections(page),
        .. CheckParameters(page, cmdlet, library.ParametersOf(page)),
        .. TypeCheck.Inputs(page, cmdlet),
        .. TypeCheck.Outputs(page, cmdlet),
        .. CheckExamples(page, cmdlet),
    ];

    private static IEnumerable<Problem> CheckSections(HelpPage page)
    {
        if (page.Root.Blocks is not [ParagraphBlock])
        {
            yield return page.ProblemAt(page.Root.Line, "Between the title and the first section stands one paragraph: the synopsis.");
        }
        foreach (var title in Required.Where(title => page.Root.Part(title) is null))
        {
            yield return page.ProblemAt(page.Root.Line, $"The section '## {title}' is missing.");
        }
        foreach (var section in page.Root.Parts.Where(section => !Required.Contains(section.Title) && section.Title != Notes))
        {
            yield return page.ProblemAt(section.Line, $"There is no section '{section.Title}' in a cmdlet's page; more text belongs into {Description} or {Notes}.");
        }
        foreach (var twice in page.Root.Parts.GroupBy(section => section.Title).SelectMany(group => group.Skip(1)))
        {
            yield return page.ProblemAt(twice.Line, $"The section '{twice.Title}' stands here twice.");
        }
        if (page.Root.Part(Description) is { } description && !description.AllBlocks.Any())
        {
            yield return page.ProblemAt(description.Line, "The description is empty.");
        }
    }

    private static IEnumerable<Problem> CheckParameters(HelpPage page, CmdletFacts cmdlet, IReadOnlyList<ParameterText> texts)
    {
        foreach (var missing in cmdlet.Parameters.ExceptBy(texts.Select(text => text.Name), parameter => parameter.Name))
        {
            yield return page.ProblemAt(
                page.Root.Part(Parameters)?.Line ?? page.Root.Line,
                $"{cmdlet.Name} has a parameter -{missing.Name}, and this page does not tell what it is: add '### -{missing.Name}', or link to a page in parameters/.");
        }
        foreach (var text in texts.Where(text => !text.IsShared && cmdlet.Parameters.All(parameter => parameter.Name != text.Name)))
        {
            yield return page.ProblemAt(text.Section.Line, $"{cmdlet.Name} has no parameter -{text.Name}.");
        }
        foreach (var text in texts.Where(text => !text.Section.AllBlocks.Any()))
        {
            yield return text.Page.ProblemAt(text.Section.Line, $"Nothing is said of -{text.Name}.");
        }
    }

    private static IEnumerable<Problem> CheckExamples(HelpPage page, CmdletFacts cmdlet)
    {
        if (page.Root.Part(Examples) is not { } section)
        {
            yield break;
        }
        if (section.Parts.Count < MinimumExamples)
        {
            yield return page.ProblemAt(section.Line, $"At least {MinimumExamples} examples, each below a third-level heading that says what it does.");
        }
        foreach (var example in section.Parts)
        {
            var code = example.Blocks.OfType<FencedCodeBlock>().Where(block => block.Info == PowerShell).ToList();
            if (!code.Exists(block => block.Lines.ToString().Contains(cmdlet.Name, StringComparison.Ordinal)))
            {
                yield return page.ProblemAt(example.Line, $"This example has no ```{PowerShell} block that calls {cmdlet.Name}.");
            }
        }
    }
}
