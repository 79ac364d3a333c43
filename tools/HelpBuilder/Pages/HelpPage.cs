using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>A piece of a page below a heading: its blocks, and the pieces below deeper headings.</summary>
internal sealed class Section(string title, int level, int line)
{
    public string Title { get; } = title;

    public int Level { get; } = level;

    /// <summary>The heading's line, from 1.</summary>
    public int Line { get; } = line;

    public List<Block> Blocks { get; } = [];

    public List<Section> Parts { get; } = [];

    public Section? Part(string title) => Parts.Find(part => part.Title == title);

    /// <summary>Every block here and below.</summary>
    public IEnumerable<Block> AllBlocks => Blocks.Concat(Parts.SelectMany(part => part.AllBlocks));
}

/// <summary>One Markdown file.</summary>
internal sealed class HelpPage
{
    private static readonly MarkdownPipeline Markdown = new MarkdownPipelineBuilder().UsePipeTables().UsePreciseSourceLocation().Build();

    private HelpPage(string path, Section root)
    {
        Path = path;
        Root = root;
    }

    public string Path { get; }

    /// <summary>The file's name without extension: what the page is about.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The first-level heading and all below it. Its own blocks are those before the first second-level heading.</summary>
    public Section Root { get; }

    /// <summary>Reads a page. A page that does not begin with one first-level heading has an empty title.</summary>
    public static HelpPage Read(string path)
    {
        var root = new Section("", 1, 1);
        var open = new Stack<Section>([root]);
        foreach (var block in Markdig.Markdown.Parse(File.ReadAllText(path), Markdown))
        {
            if (block is not HeadingBlock heading)
            {
                open.Peek().Blocks.Add(block);
            }
            else if (heading.Level == 1 && root.Title.Length == 0 && root.Blocks.Count == 0 && root.Parts.Count == 0)
            {
                root = new Section(PlainText.Of(heading.Inline), 1, heading.Line + 1);
                open = new Stack<Section>([root]);
            }
            else
            {
                AddSection(open, new Section(PlainText.Of(heading.Inline), heading.Level, heading.Line + 1));
            }
        }
        return new HelpPage(path, root);
    }

    /// <summary>A problem at a line of this page.</summary>
    public Problem ProblemAt(int line, string message) => new(Path, line, message);

    /// <summary>The links to other pages in some blocks.</summary>
    public static IEnumerable<LinkInline> Links(IEnumerable<Block> blocks) =>
        blocks.SelectMany(block => block is LeafBlock leaf ? leaf.Inline?.Descendants<LinkInline>() ?? [] : block.Descendants<LinkInline>());

    private static void AddSection(Stack<Section> open, Section section)
    {
        while (open.Count > 1 && open.Peek().Level >= section.Level)
        {
            open.Pop();
        }
        open.Peek().Parts.Add(section);
        open.Push(section);
    }
}
