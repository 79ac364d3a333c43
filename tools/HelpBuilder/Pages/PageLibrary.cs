namespace CloudBackup.HelpBuilder.Pages;

/// <summary>All pages: one per cmdlet, about topics, and texts of parameters that several cmdlets share.</summary>
internal sealed class PageLibrary
{
    private const string AboutPrefix = "about_";

    private PageLibrary(string folder, IReadOnlyList<HelpPage> pages, IReadOnlyList<HelpPage> shared)
    {
        Folder = folder;
        Cmdlets = [.. pages.Where(page => !page.Name.StartsWith(AboutPrefix, StringComparison.Ordinal))];
        Abouts = [.. pages.Where(page => page.Name.StartsWith(AboutPrefix, StringComparison.Ordinal))];
        Shared = shared;
    }

    public string Folder { get; }

    public IReadOnlyList<HelpPage> Cmdlets { get; }

    public IReadOnlyList<HelpPage> Abouts { get; }

    /// <summary>Pages in <c>parameters/</c>: a second-level heading per parameter.</summary>
    public IReadOnlyList<HelpPage> Shared { get; }

    public static PageLibrary Read(string folder) => new(folder, ReadAll(folder), ReadAll(Path.Join(folder, "parameters")));

    /// <summary>The page of a cmdlet, or null.</summary>
    public HelpPage? PageOf(string cmdlet) => Cmdlets.FirstOrDefault(page => page.Name == cmdlet);

    /// <summary>The text of each parameter that a cmdlet's page tells, itself or through the shared pages that it links to.</summary>
    public IReadOnlyList<ParameterText> ParametersOf(HelpPage page)
    {
        var section = page.Root.Part(CmdletPage.Parameters);
        if (section is null)
        {
            return [];
        }
        var own = section.Parts.Select(part => new ParameterText(page, part, IsShared: false)).ToList();
        var linked = HelpPage.Links(section.Blocks).Select(link => Path.GetFullPath(Path.Join(Folder, link.Url))).ToHashSet();
        var shared = Shared.Where(other => linked.Contains(other.Path))
            .SelectMany(other => other.Root.Parts.Select(part => new ParameterText(other, part, IsShared: true)))
            .ExceptBy(own.Select(text => text.Name), text => text.Name);
        return [.. own, .. shared];
    }

    private static List<HelpPage> ReadAll(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal).Select(HelpPage.Read)];
}

/// <summary>What a page tells of a parameter.</summary>
/// <param name="Page">Where it stands.</param>
/// <param name="Section">The heading <c>-Name</c> and what is below.</param>
/// <param name="IsShared">Whether other cmdlets have it too, so that one without this parameter is no mistake.</param>
internal sealed record ParameterText(HelpPage Page, Section Section, bool IsShared)
{
    public string Name => Section.Title.TrimStart('-');
}
