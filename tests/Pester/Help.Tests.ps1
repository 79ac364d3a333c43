BeforeDiscovery {
    . $PSScriptRoot/Support.ps1
    $commands = Get-Command -Module CloudBackup | ForEach-Object { @{ Name = $_.Name } }
}

Describe 'Help' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
    }

    Context '<Name>' -ForEach $commands {
        BeforeAll { $help = Get-Help -Name $Name -Full }

        It 'has a synopsis of its own' {
            $help.Synopsis | Should -Not -BeNullOrEmpty
            $help.Synopsis | Should -Not -Match "^\s*$Name"
        }

        It 'has a description' {
            $help.description.Text -join '' | Should -Not -BeNullOrEmpty
        }

        It 'has at least two examples, each with code that parses' {
            @($help.examples.example).Count | Should -BeGreaterOrEqual 2
            foreach ($example in $help.examples.example) {
                $example.title | Should -Match '^Example \d+: \w'
                $example.code | Should -BeLike "*$Name*"
            }
        }

        It 'shows its examples apart from each other: title, text, code and remarks, with a blank line between them' {
            $lines = (Get-Help -Name $Name -Examples | Out-String -Width 500) -split '\r?\n' | ForEach-Object Trim
            foreach ($example in $help.examples.example) {
                $at = [array]::IndexOf($lines, $example.title)
                $at | Should -BeGreaterThan 0
                $lines[$at - 1], $lines[$at + 1] | Should -Be '', ''
                $code = @($example.code -split '\r?\n' | ForEach-Object Trim)
                $from = [array]::IndexOf($lines, $code[0], $at)
                $from | Should -BeGreaterThan $at -Because 'the code begins on a line of its own'
                $lines[$from - 1], $lines[$from + $code.Count] | Should -Be '', ''
                $text = @($example.introduction; $example.remarks).Text | Where-Object { $_ }
                foreach ($line in $text -split '\r?\n') { $lines | Should -Contain $line.Trim() }
            }
        }

        It 'describes each parameter, and no other' {
            $actual = (Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object
            $told = $help.parameters.parameter
            $told.name | Sort-Object | Should -Be $actual
            foreach ($parameter in $told) { $parameter.description.Text -join '' | Should -Not -BeNullOrEmpty -Because "-$($parameter.name)" }
        }

        It 'tells what it takes, what it writes and where to read on' {
            $help.inputTypes.inputType.type.name | Should -Not -BeNullOrEmpty
            $help.returnValues.returnValue.type.name | Should -Not -BeNullOrEmpty
            $help.relatedLinks.navigationLink.linkText | Should -Not -BeNullOrEmpty
        }
    }

    It 'has an about topic where the module is installed' {
        $path = $env:PSModulePath
        try {
            $env:PSModulePath = Split-Path (Split-Path (Split-Path (Find-Manifest)))
            Get-Help -Name about_CloudBackup | Should -BeLike '*SHORT DESCRIPTION*'
        }
        finally {
            $env:PSModulePath = $path
        }
    }
}
