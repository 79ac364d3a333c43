using CloudBackup.HelpBuilder.Cmdlets;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>Compares the types that a page says a cmdlet takes and writes with those that it does.</summary>
internal static class TypeCheck
{
    /// <summary>Inputs: every type taken by value, and types that exist and have a property which a parameter takes.</summary>
    public static IEnumerable<Problem> Inputs(HelpPage page, CmdletFacts cmdlet)
    {
        if (page.Root.Part(CmdletPage.Inputs) is not { } section)
        {
            yield break;
        }
        var byValue = cmdlet.Parameters.Where(parameter => parameter.TakesObjects).Select(parameter => parameter.ItemType.FullName!).ToList();
        if (!cmdlet.Parameters.Any(parameter => parameter.IsFromPipeline))
        {
            byValue.Add(CmdletPage.None);
        }
        foreach (var missing in byValue.Except(section.Parts.Select(part => part.Title)))
        {
            yield return page.ProblemAt(section.Line, $"{cmdlet.Name} takes {missing} from the pipeline: add '### {missing}'.");
        }
        foreach (var part in section.Parts.Where(part => !byValue.Contains(part.Title) && !HasProperty(part.Title, cmdlet)))
        {
            yield return page.ProblemAt(part.Line, $"{cmdlet.Name} takes no {part.Title} from the pipeline: there is no such type, or it has no property that a parameter takes.");
        }
    }

    /// <summary>Outputs: exactly the declared types.</summary>
    public static IEnumerable<Problem> Outputs(HelpPage page, CmdletFacts cmdlet)
    {
        if (page.Root.Part(CmdletPage.Outputs) is not { } section)
        {
            yield break;
        }
        IReadOnlyList<string> declared = cmdlet.Outputs.Count > 0 ? cmdlet.Outputs : [CmdletPage.None];
        foreach (var missing in declared.Except(section.Parts.Select(part => part.Title)))
        {
            yield return page.ProblemAt(section.Line, $"[OutputType] of {cmdlet.Name} says {missing}: add '### {missing}'.");
        }
        foreach (var part in section.Parts.Where(part => !declared.Contains(part.Title)))
        {
            yield return page.ProblemAt(part.Line, $"[OutputType] of {cmdlet.Name} does not say {part.Title}.");
        }
    }

    private static bool HasProperty(string typeName, CmdletFacts cmdlet)
    {
        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(typeName)).FirstOrDefault(found => found is not null);
        return type is not null && cmdlet.Parameters.Where(parameter => parameter.TakesProperties)
            .Any(parameter => parameter.Aliases.Append(parameter.Name).Any(name => type.GetProperty(name) is not null));
    }
}
