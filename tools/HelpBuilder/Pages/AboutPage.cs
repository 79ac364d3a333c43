using Markdig.Syntax;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>What an about topic must look like.</summary>
internal static class AboutPage
{
    /// <summary>What is wrong with a page.</summary>
    public static IEnumerable<Problem> Check(HelpPage page)
    {
        if (page.Root.Blocks is not [ParagraphBlock, ..])
        {
            yield return page.ProblemAt(page.Root.Line, "Below the title stands a sentence that says what the topic is about: Get-Help lists it.");
        }
        foreach (var deep in page.Root.Parts.SelectMany(section => section.Parts).SelectMany(part => part.Parts))
        {
            yield return page.ProblemAt(deep.Line, "Headings go down to the third level.");
        }
    }
}
