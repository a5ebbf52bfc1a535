"""Everyday load for an hour, over every process of a deployment: does its memory stay flat?"""
