using CloudBackup.HelpBuilder.Cmdlets;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>Compares all pages with all cmdlets.</summary>
internal static class LibraryCheck
{
    /// <summary>Everything that is missing, or is told and is not so.</summary>
    public static IReadOnlyList<Problem> Check(PageLibrary library, IReadOnlyList<CmdletFacts> cmdlets)
    {
        var code = new CodeCheck(cmdlets);
        return
        [
            .. cmdlets.Where(cmdlet => library.PageOf(cmdlet.Name) is null).Select(cmdlet => new Problem(
                Path.Join(library.Folder, cmdlet.Name + ".md"), 1, $"{cmdlet.Name} has no help page. CONTRIBUTING.md says what belongs into one.")),
            .. library.Cmdlets.SelectMany(page => CheckPage(page, library, cmdlets)),
            .. library.Abouts.SelectMany(AboutPage.Check),
            .. CheckShared(library, cmdlets),
            .. library.Cmdlets.Concat(library.Abouts).Concat(library.Shared).SelectMany(page =>
                CheckTitle(page, library).Concat(CheckLinks(page)).Concat(code.Check(page))),
        ];
    }

    private static IEnumerable<Problem> CheckPage(HelpPage page, PageLibrary library, IReadOnlyList<CmdletFacts> cmdlets)
    {
        var cmdlet = cmdlets.FirstOrDefault(cmdlet => cmdlet.Name == page.Name);
        return cmdlet is null ? [page.ProblemAt(1, $"There is no cmdlet {page.Name}.")] : CmdletPage.Check(page, cmdlet, library);
    }

    private static IEnumerable<Problem> CheckTitle(HelpPage page, PageLibrary library)
    {
        if (page.Root.Title.Length == 0 || (!library.Shared.Contains(page) && page.Root.Title != page.Name))
        {
            yield return page.ProblemAt(1, $"The page begins with '# {page.Name}'.");
        }
    }

    private static IEnumerable<Problem> CheckLinks(HelpPage page) =>
        from link in HelpPage.Links(page.Root.AllBlocks)
        let isOutside = Uri.IsWellFormedUriString(link.Url, UriKind.Absolute)
        where !isOutside && !File.Exists(Path.Join(Path.GetDirectoryName(page.Path), link.Url?.Split('#')[0]))
        select page.ProblemAt(link.Line + 1, $"There is no page '{link.Url}'.");

    /// <summary>A shared text that no cmdlet uses tells of something that is gone.</summary>
    private static IEnumerable<Problem> CheckShared(PageLibrary library, IReadOnlyList<CmdletFacts> cmdlets)
    {
        var used = from cmdlet in cmdlets
                   let page = library.PageOf(cmdlet.Name)
                   where page is not null
                   from text in library.ParametersOf(page)
                   where text.IsShared && cmdlet.Parameters.Any(parameter => parameter.Name == text.Name)
                   select text.Section;
        var usedSections = used.ToHashSet();
        return from page in library.Shared
               from section in page.Root.Parts
               where !usedSections.Contains(section)
               select page.ProblemAt(section.Line, $"No cmdlet whose page links here has a parameter {section.Title}, or each tells of it itself.");
    }
}
